"""The base image decides about its packages."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.format import Step


def _upgrades(stage: Stage) -> list[Step]:
    return [
        step
        for step in stage.runs("apt-get", "apt")
        if step.command.operands[:1] and step.command.operands[0] in ("dist-upgrade", "full-upgrade")
    ]


@rule(
    "docker.no-dist-upgrade",
    P3,
    on="docker.stage",
    when=lambda stage: bool(stage.runs("apt-get", "apt")),
    category="Docker",
    remedy="use a newer base image, or upgrade the one package by name",
    aliases=("DS-0024", "DL3005"),
)
def check(stage: Stage) -> Iterator[Finding]:
    """The image does not upgrade the whole distribution.

    An upgrade of everything makes each build another image and doubles files in a new layer. Take a newer base image.

    ```dockerfile bad
    FROM debian:12
    RUN apt-get update && apt-get -y dist-upgrade  # <--
    ```
    ```dockerfile good
    FROM debian:12.7
    RUN apt-get update && apt-get install -y --only-upgrade openssl
    ```
    """
    for step in _upgrades(stage):
        yield stage.finding(
            f"{step.command.name} {step.command.operands[0]} makes every build another image: take a newer base", at=step.span
        )
