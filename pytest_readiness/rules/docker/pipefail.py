"""A pipe fails when any part of it does."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.format import Step

_HARMLESS = frozenset(("echo", "printf", "yes", "true", ""))


def _pipes(stage: Stage) -> list[tuple[Step, ...]]:
    shell = stage.last("SHELL")
    if shell and any(name in shell[1].value.lower() for name in ("powershell", "pwsh", "cmd")):
        return []
    return [line for line in stage.pipelines if any(step.command.name not in _HARMLESS for step in line[:-1])]


def _is_set(stage: Stage, step: Step) -> bool:
    """Whether pipefail is on, by the SHELL before the RUN or by a set in the same script."""
    for owner in stage.ancestry:
        shells = [i for i in owner.all("SHELL") if owner is not stage or i.line < step.instruction.line]
        if shells:
            if "pipefail" in shells[-1].value:
                return True
            break
    texts = [step.instruction.value, *(heredoc.text for heredoc in step.instruction.heredocs)]
    return any("pipefail" in text for text in texts)


@rule(
    "docker.pipefail",
    P3,
    on="docker.stage",
    when=lambda stage: bool(_pipes(stage)),
    category="Docker",
    remedy='put `SHELL ["/bin/bash", "-o", "pipefail", "-c"]` before it, or `set -o pipefail` into the RUN',
    aliases=("DL4006",),
)
def check(stage: Stage) -> Iterator[Finding]:
    """RUN with a pipe sets pipefail.

    A shell reports the last command of a pipe only: when the download fails, the build goes on with half a file.
    Pipes that start with echo, printf or yes lose nothing.

    ```dockerfile bad
    FROM debian:12
    RUN wget -O - https://example.com/data | gunzip > /data  # <--
    ```
    ```dockerfile good
    FROM debian:12
    RUN set -o pipefail && cat a | sort > b
    SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
    RUN wget -O - https://example.com/data | gunzip > /data
    ```
    """
    for line in _pipes(stage):
        first = line[0]
        if not _is_set(stage, first):
            yield stage.finding(f"without pipefail a failure of {first.command.name or 'the first command'} goes unnoticed", at=first.span)
