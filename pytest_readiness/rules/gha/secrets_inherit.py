from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Job


@rule(
    "gha.secrets-inherit",
    P2,
    on="gha.job",
    when=lambda job: job.uses is not None and "secrets" in job.data,
    category="Security & Compliance",
    remedy="name the secrets that the called workflow needs under secrets:",
    aliases=("zizmor:secrets-inherit",),
    standards=("OWASP CICD-SEC-6",),
    effort="30m",
)
def check(job: Job) -> Iterator[Finding]:
    """A call of a workflow hands over only the secrets it needs.

    `secrets: inherit` gives the called workflow every secret of the repository and the organisation, those added
    later included. For a workflow of the same repository it is advice.

    ```yaml bad
    on: push
    jobs:
      build:
        uses: acme/workflows/.github/workflows/build.yml@8f4b7f84864484a7bf31766abe9204da3cbe65b3
        secrets: inherit  # <--
    ```

    ```yaml good
    on: push
    jobs:
      build:
        uses: acme/workflows/.github/workflows/build.yml@8f4b7f84864484a7bf31766abe9204da3cbe65b3
        secrets:
          token: ${{ secrets.REGISTRY_TOKEN }}
    ```
    """
    if job.data.get("secrets") != "inherit" or job.uses is None:
        return
    if job.uses.is_local:
        yield job.advice(f"{job.uses.text} gets every secret of the repository", job.at("secrets"))
    else:
        yield job.finding(f"{job.uses.text} gets every secret of the repository, those added later included", job.at("secrets"))
