"""Package lists stay out of the image."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.format import Step
from pytest_readiness.formats.dockerfile.packages import keeps_cache


def _updates(stage: Stage) -> list[Step]:
    return [step for step in stage.runs("apt-get", "apt") if step.command.operands[:1] == ("update",)]


def _cleaned(stage: Stage) -> set[int]:
    """The lines of the RUNs in which a command removes the lists, also as ``cd /var/lib && rm -rf apt``."""
    found: set[int] = set()
    line, directory = 0, ""
    for step in stage.steps:
        command = step.command
        if step.instruction.line != line:
            line, directory = step.instruction.line, ""
        if command.name == "cd" and command.operands:
            directory = command.operands[0].rstrip("/") + "/"
        if command.name in ("rm", "find"):
            paths = [path if path.startswith("/") else directory + path for path in command.operands]
            if any(path.startswith("/var/lib/apt") or path.rstrip("/*") in ("/var/lib", "/var") for path in paths):
                found.add(line)
    return found


@rule(
    "docker.apt-clean",
    P3,
    on="docker.image",
    when=lambda stage: any(_updates(owner) for owner in stage.ancestry),
    category="Docker",
    remedy="end the RUN with `rm -rf /var/lib/apt/lists/*`",
    aliases=("DL3009",),
)
def check(stage: Stage) -> Iterator[Finding]:
    """The layer that runs apt-get update removes the package lists.

    The lists are tens of megabytes that are out of date tomorrow; removed in a later layer, they still are in the image.

    ```dockerfile bad
    FROM debian:12
    RUN apt-get update && apt-get install -y curl  # <--
    RUN rm -rf /var/lib/apt/lists/*
    ```
    ```dockerfile good
    FROM debian:12 AS build
    RUN apt-get update
    FROM debian:12
    RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
    RUN --mount=type=cache,target=/var/lib/apt --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y tini
    ```
    """
    for owner in stage.ancestry:
        cleaned = _cleaned(owner)
        for step in _updates(owner):
            if step.instruction.line not in cleaned and not keeps_cache(step.instruction, "/var/lib/apt"):
                yield stage.finding("the package lists in /var/lib/apt/lists stay in the layer", at=step.span)
