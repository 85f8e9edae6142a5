"""apt does not wait for an answer."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.format import Step

_VERBS = ("install", "upgrade", "dist-upgrade", "full-upgrade", "build-dep")


def _asking(stage: Stage) -> list[Step]:
    return [step for step in stage.runs("apt-get", "apt") if step.command.operands[:1] and step.command.operands[0] in _VERBS]


@rule(
    "docker.apt-yes",
    P2,
    on="docker.stage",
    when=lambda stage: bool(_asking(stage)),
    category="Docker",
    remedy="add `-y`",
    aliases=("DS-0021", "DL3014"),
)
def check(stage: Stage) -> Iterator[Finding]:
    """apt-get install answers yes by itself.

    A build has no terminal: apt asks, reads nothing and aborts, as soon as an installation needs more than the
    named package.

    ```dockerfile bad
    FROM debian:12
    RUN apt-get update && apt-get install --no-install-recommends curl  # <--
    ```
    ```dockerfile good
    FROM debian:12
    RUN apt-get update && apt-get -qqy install curl
    ```
    """
    configured = any("ssume-Yes" in run.value for owner in stage.ancestry for run in owner.all("RUN"))
    answered = {id(step.command) for line in stage.pipelines if line[0].command.name == "yes" for step in line[1:]}
    for step in () if configured else _asking(stage):
        command = step.command
        quiet = any(word.text.startswith(("-qq", "-q=2", "-y")) for word in command.arguments)
        if id(command) not in answered and not quiet and not command.option("-y", "--yes", "--assume-yes", "-qq", "--force-yes"):
            yield stage.finding(
                f"{step.command.name} {step.command.operands[0]} without -y waits for an answer that never comes", at=step.span
            )
