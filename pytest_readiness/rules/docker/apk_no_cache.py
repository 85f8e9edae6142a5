"""apk leaves no index in the image."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.format import Step
from pytest_readiness.formats.dockerfile.packages import keeps_cache


def _adds(stage: Stage) -> list[Step]:
    return [step for step in stage.runs("apk") if step.command.operands[:1] == ("add",)]


@rule(
    "docker.apk-no-cache",
    P3,
    on="docker.image",
    when=lambda stage: any(_adds(owner) for owner in stage.ancestry),
    category="Docker",
    remedy="add `--no-cache`",
    aliases=("DL3019", "DS-0025"),
)
def check(stage: Stage) -> Iterator[Finding]:
    """Apk add leaves no package index in the layer.

    Without `--no-cache` the index of all packages stays in the layer, out of date from the next day on.

    ```dockerfile bad
    FROM alpine:3.20
    RUN apk add --update curl  # <--
    ```
    ```dockerfile good
    FROM alpine:3.20
    RUN apk add --no-cache curl
    RUN apk update && apk add tini && rm -rf /var/cache/apk/*
    RUN --mount=type=cache,target=/var/cache/apk apk add git
    ```
    """
    for owner in stage.ancestry:
        removals = (step for step in owner.steps if step.command.name == "rm")
        cleaned = {step.instruction.line for step in removals if any("/var/cache" in path for path in step.command.operands)}
        for step in _adds(owner):
            if step.instruction.line not in cleaned and not step.command.option("--no-cache") and not keeps_cache(step.instruction, "/apk"):
                yield stage.finding("apk add without --no-cache leaves the package index in the layer", at=step.span)
