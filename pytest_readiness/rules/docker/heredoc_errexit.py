"""A script stops at its first failure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Script
from pytest_readiness.formats.dockerfile.format import Stage

_ERREXIT = re.compile(r"(?:^|[\s\"',\[])-(?:[a-z]*e[a-z]*|o[\s\"',]+errexit)\b")


def _scripts(stage: Stage) -> list[Script]:
    """Heredocs with several commands that do not depend on each other by && already."""
    return [s for s in stage.scripts if s.heredoc is not None and sum(command.before in ("\n", ";") for command in s.commands) > 0]


@rule(
    "docker.heredoc-errexit",
    P2,
    on="docker.stage",
    when=lambda stage: bool(_scripts(stage)),
    category="Docker",
    remedy="start the script with `set -e`",
    effort="5m",
)
def check(stage: Stage) -> Iterator[Finding]:
    """A RUN heredoc stops at the first command that fails.

    The shell that reads a heredoc goes on after a failure, and the build sees only whether the last command succeeded:
    an image without half of its packages. A chain with && in a plain RUN does not have the problem.

    ```dockerfile bad
    FROM debian:12
    RUN <<EOF  # <--
    apt-get update
    apt-get install -y --no-install-recommends tini
    echo done
    EOF
    ```
    ```dockerfile good
    FROM debian:12
    RUN <<EOF
    set -eux
    apt-get update
    apt-get install -y --no-install-recommends tini
    EOF
    ```
    """
    shell = stage.last("SHELL")
    if shell is not None and _ERREXIT.search(shell[1].value):
        return
    for script in _scripts(stage):
        sets = any(command.name == "set" and _ERREXIT.search(" ".join(w.text for w in command.words)) for command in script.commands)
        text = script.heredoc.text if script.heredoc else ""
        if not sets and not _ERREXIT.search(f"{text.partition(chr(10))[0] if text.startswith('#!') else ''} {script.instruction.value}"):
            yield stage.finding("the script goes on after a failure: only its last command decides", at=script.instruction.head)
