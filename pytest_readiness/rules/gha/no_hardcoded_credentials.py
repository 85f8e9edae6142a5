from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.github.expressions import has_expression
from pytest_readiness.formats.github.format import Job


@rule(
    "gha.no-hardcoded-credentials",
    P0,
    on="gha.job",
    when=lambda job: any("credentials" in data for _, _, _, data in job.images),
    category="Security & Compliance",
    secret=True,
    remedy="store the password as a secret and use ${{ secrets.NAME }}, then change it at the registry",
    aliases=("zizmor:hardcoded-container-credentials", "actionlint:credentials"),
    standards=("OWASP CICD-SEC-6", "CWE-798"),
    effort="30m",
)
def check(job: Job) -> Iterator[Finding]:
    """The password of a registry is not written into the workflow.

    Everybody who can read the repository, and every fork of it, then has the password, and it stays in the history.

    ```yaml bad
    on: push
    jobs:
      test:
        runs-on: ubuntu-latest
        container:
          image: registry.example.com/ci:1.2
          credentials:
            username: ci
            password: hunter2  # <--
        steps:
          - run: make test
    ```

    ```yaml good
    on: push
    jobs:
      test:
        runs-on: ubuntu-latest
        container:
          image: registry.example.com/ci:1.2
          credentials:
            username: ci
            password: ${{ secrets.REGISTRY_PASSWORD }}
        steps:
          - run: make test
    ```
    """
    for name, _, _, data in job.images:
        credentials = data.get("credentials")
        password = credentials.get("password") if isinstance(credentials, dict) else None
        if password and not has_expression(password):
            place = job.at("container", "credentials", "password")
            if name != "container":
                place = job.at("services", name, "credentials", "password")
            yield job.finding(f"the registry password of {name} is written into the workflow", place)
