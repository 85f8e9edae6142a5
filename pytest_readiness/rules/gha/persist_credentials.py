from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Step

_EVERYTHING = (".", "./", "*", "**", "./*", "./**", "**/*", "${{ github.workspace }}", "${{github.workspace}}")


@rule(
    "gha.persist-credentials",
    P3,
    on="gha.step",
    when=lambda step: step.action == "actions/checkout",
    category="Security & Compliance",
    remedy="set persist-credentials: false on the checkout unless a later step pushes",
    aliases=("zizmor:artipacked",),
    effort="30m",
)
def check(step: Step) -> Iterator[Finding]:
    """A checkout does not leave the token for later steps and artifacts.

    By default `actions/checkout` writes the token of the job into the configuration of the clone, where every later
    step, and everybody who downloads the workspace as an artifact, can read it. Where the workspace is uploaded
    it is a finding, else advice.

    ```yaml bad
    on: push
    jobs:
      build:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@v4  # <--
          - uses: actions/upload-artifact@v4
            with:
              path: .
    ```

    ```yaml good
    on: push
    jobs:
      build:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@v4
            with:
              persist-credentials: false
          - uses: actions/upload-artifact@v4
            with:
              path: .
    ```
    """
    if step.input("persist-credentials") == "false":
        return
    uploads = [other for other in step.siblings[step.index :] if other.action == "actions/upload-artifact"]
    if any(line.strip() in _EVERYTHING for other in uploads for line in str(other.inputs.get("path") or "").splitlines()):
        yield step.finding("the token stays in .git/config, and the workspace is uploaded as an artifact", step.at("uses"))
    else:
        yield step.advice("the token stays in .git/config, where every later step can read it", step.at("uses"))
