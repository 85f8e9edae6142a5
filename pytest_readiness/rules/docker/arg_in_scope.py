"""A build argument has a value where it is used."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage

_ASSIGNED = re.compile(r"\b([A-Za-z_]\w*)=")
_USE = re.compile(r"(?<!\\)\$\{?([A-Za-z_]\w*)")


@rule(
    "docker.arg-in-scope",
    P2,
    on="docker.stage",
    when=lambda stage: bool(stage.globals),
    category="Docker",
    remedy="add `ARG NAME` behind FROM",
    effort="5m",
)
def check(stage: Stage) -> Iterator[Finding]:
    """ARGs from before FROM are declared again in the stage.

    Behind FROM a global ARG has no value until the stage says `ARG NAME` again: `$NAME` is silently empty, in every
    build, whatever `--build-arg` says.

    ```dockerfile bad
    ARG VERSION=1.4
    FROM alpine:3.20
    LABEL version=$VERSION  # <--
    RUN wget https://example.com/app-${VERSION}.tar.gz  # <--
    ```
    ```dockerfile good
    ARG VERSION=1.4
    FROM alpine:3.20
    ARG VERSION
    LABEL version=$VERSION
    ```
    """
    for instruction in stage.instructions:
        scope = stage.variables(instruction)
        text = instruction.text + "".join(heredoc.text for heredoc in instruction.heredocs if heredoc.expand)
        used = dict.fromkeys(found[1] for found in _USE.finditer(text)) if "$" in text and instruction.name != "ONBUILD" else {}
        assigned = set(_ASSIGNED.findall(text)) if used else ()
        for name in used:
            if name in stage.globals and name not in scope and name not in assigned:
                place = max(instruction.text.find(f"${name}"), instruction.text.find(f"${{{name}"))
                at = instruction.at(place, place + len(name) + 1) if place >= 0 else instruction.head
                yield stage.finding(f"${name} is empty here: the ARG before FROM is not declared again in the stage", at=at)
