from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Use


@rule(
    "gha.actions-pinned",
    P1,
    on="gha.uses",
    when=lambda use: not use.reference.is_local,
    category="Security & Compliance",
    remedy="replace the tag or branch by the full commit SHA and keep the version in a comment",
    aliases=("zizmor:unpinned-uses",),
    standards=("OWASP CICD-SEC-3", "OpenSSF Scorecard Pinned-Dependencies"),
    effort="30m",
)
def check(use: Use, *, trusted: tuple[str, ...] = ("actions", "github")) -> Iterator[Finding]:
    """A workflow uses actions of others by commit SHA.

    A tag or branch can be moved to other code at any time, and that code then runs with the secrets of the workflow.
    A full commit SHA cannot. Actions of GitHub itself (`trusted`) may name a version tag, which is advice.
    The generator of SLSA provenance must be used by its version tag and is left alone.

    ```yaml bad
    on: push
    jobs:
      build:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@v4
          - uses: acme/deploy@v2  # <--
          - uses: actions/setup-go@main  # <--
          - uses: docker://alpine:3.20  # <--
    ```

    ```yaml good
    on: push
    jobs:
      build:
        runs-on: ubuntu-latest
        steps:
          - uses: acme/deploy@8f4b7f84864484a7bf31766abe9204da3cbe65b3  # v2.1.0
          - uses: ./local
      provenance:
        uses: slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@v2.1.0
    ```
    """
    reference = use.reference
    if reference.is_pinned or reference.name.startswith("slsa-framework/slsa-github-generator/"):
        return
    if reference.is_image:
        yield use.finding(f"{reference.text} is an image without a digest: what runs here can change without notice")
    elif not reference.ref:
        yield use.finding(f"{reference.text} names no version: GitHub refuses to run it")
    elif reference.is_branch:
        yield use.finding(f"{reference.text} follows a branch: whoever can push to it runs code in this workflow")
    elif reference.owner in trusted:
        yield use.advice(f"{reference.text} is a tag of a trusted owner; a commit SHA cannot be moved")
    else:
        yield use.finding(f"{reference.text} is a tag that can be moved to other code; only a full commit SHA cannot")
