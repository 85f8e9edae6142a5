"""Stages copy from stages that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Span
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Instruction
from pytest_readiness.formats.dockerfile.format import Stage

_NUMBER = re.compile(r"[0-9]{1,9}")


def _origins(stage: Stage) -> list[tuple[Instruction, str, Span]]:
    return [
        (c.instruction, c.origin.value, c.instruction.at(c.origin.start, c.origin.end)) for c in stage.copies if c.origin and c.origin.value
    ]


@rule(
    "docker.copy-from-stage",
    P1,
    on="docker.stage",
    when=lambda stage: bool(_origins(stage)),
    category="Docker",
    remedy="name a stage that stands before this one",
    aliases=("DS-0006", "DL3023"),
    effort="5m",
)
def check(stage: Stage) -> Iterator[Finding]:
    """COPY --from names an earlier stage, not its own or a later one.

    A stage cannot copy from itself. The name of a later stage is taken for an image of a registry: the build fails, or
    copies from whatever somebody has published under that name.

    ```dockerfile bad
    FROM golang:1.23 AS build
    COPY --from=build /bin/app /app  # <--
    COPY --from=tools /tool /tool  # <--
    FROM alpine:3.20 AS tools
    COPY --from=2 /app /app  # <--
    ```
    ```dockerfile good
    FROM golang:1.23 AS build
    FROM alpine:3.20
    COPY --from=build /app /app
    COPY --from=0 /tool /tool
    COPY --from=nginx:1.27 /etc/nginx/nginx.conf /
    ```
    """
    for instruction, name, at in _origins(stage):
        lower = name.lower()
        if (stage.alias and lower == stage.alias.lower() and stage.stage_named(name) is None) or lower == str(stage.index):
            yield stage.finding(f"{instruction.name} --from={name} is the stage itself", at=at)
        elif _NUMBER.fullmatch(lower) and int(lower) > stage.index:
            yield stage.finding(f"{instruction.name} --from={name}: there is no such stage before this one", at=at)
        elif lower in [later.lower() for later in stage.names[stage.index + 1 :]] and stage.stage_named(name) is None:
            yield stage.finding(f"the stage {name} stands further down, so {instruction.name} takes {name} for an image", at=at)
