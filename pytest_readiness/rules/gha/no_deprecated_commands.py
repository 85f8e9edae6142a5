from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Step

_DEPRECATED = re.compile(r"::(?P<name>set-output|save-state|set-env) +name=|::(?P<path>add-path)::")
_INSTEAD = {"set-output": "GITHUB_OUTPUT", "save-state": "GITHUB_STATE", "set-env": "GITHUB_ENV", "add-path": "GITHUB_PATH"}


@rule(
    "gha.no-deprecated-commands",
    P2,
    on="gha.step",
    when=lambda step: bool(step.script),
    category="CI/CD",
    remedy="write to the files $GITHUB_OUTPUT, $GITHUB_STATE, $GITHUB_ENV and $GITHUB_PATH",
    aliases=("actionlint:deprecated-commands",),
    effort="30m",
)
def check(step: Step) -> Iterator[Finding]:
    """A script sets outputs and variables through files.

    The commands `::set-env` and `::add-path` are switched off, `::set-output` and `::save-state` are deprecated: any
    program whose output reaches the log could change variables of the job with them.

    ```yaml bad
    on: push
    jobs:
      build:
        runs-on: ubuntu-latest
        steps:
          - run: |
              version=$(cat VERSION)
              echo "::set-output name=version::$version"  # <--
    ```

    ```yaml good
    on: push
    jobs:
      build:
        runs-on: ubuntu-latest
        steps:
          - run: |
              echo "version=$(cat VERSION)" >> "$GITHUB_OUTPUT"
              echo "::notice::built"
    ```
    """
    for number, line in enumerate(step.script.split("\n")):
        for found in _DEPRECATED.finditer(line):
            name = found["name"] or found["path"]
            state = "is switched off" if name in ("set-env", "add-path") else "is deprecated"
            yield step.finding(f"::{name}:: {state}: write to ${_INSTEAD[name]}", step.line(number, found[0]))
