from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Element

_NAME = "ACTIONS_ALLOW_UNSECURE_COMMANDS"


@rule(
    "gha.no-unsecure-commands",
    P1,
    on=("gha.workflow", "gha.job", "gha.step"),
    when=lambda element: _NAME in element.env,
    category="Security & Compliance",
    remedy="delete ACTIONS_ALLOW_UNSECURE_COMMANDS and write to $GITHUB_ENV and $GITHUB_PATH",
    aliases=("CKV_GHA_1", "zizmor:insecure-commands"),
    effort="30m",
)
def check(element: Element) -> Iterator[Finding]:
    """The commands that change the environment from the log stay switched off.

    With ACTIONS_ALLOW_UNSECURE_COMMANDS whatever a step prints can set variables and the PATH of all later steps, so
    that the title of an issue in a log line is enough to run a program.

    ```yaml bad
    on: push
    env:
      ACTIONS_ALLOW_UNSECURE_COMMANDS: true  # <--
    jobs:
      build:
        runs-on: ubuntu-latest
        steps:
          - run: make
    ```

    ```yaml good
    on: push
    env:
      ACTIONS_ALLOW_UNSECURE_COMMANDS: false
    jobs:
      build:
        runs-on: ubuntu-latest
        steps:
          - run: make
    ```
    """
    value = element.get("env", _NAME)
    if str(value).lower() in ("true", "1"):
        yield element.finding(f"{_NAME} is on: log lines can change variables and the PATH", element.at("env", _NAME))
