"""Ports are ports."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage

_PORT = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?(?:/(?:tcp|udp|sctp))?", re.IGNORECASE)


@rule(
    "docker.valid-port",
    P3,
    on="docker.stage",
    when=lambda stage: bool(stage.all("EXPOSE")),
    category="Docker",
    remedy="name a port between 1 and 65535",
    aliases=("DS-0008", "DL3011"),
)
def check(stage: Stage) -> Iterator[Finding]:
    """EXPOSE names ports between 1 and 65535.

    Docker refuses anything else, or worse, takes it for something else.

    ```dockerfile bad
    FROM debian:12
    EXPOSE 80 80800  # <--
    ```
    ```dockerfile good
    FROM debian:12
    ARG PORT=8080
    EXPOSE $PORT 9000-9010/udp
    ```
    """
    for instruction in stage.all("EXPOSE"):
        for word in instruction.words:
            value = stage.known(word.text, instruction)
            found = _PORT.fullmatch(value)
            low, high = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
            if not 1 <= low <= high <= 65535:
                yield stage.finding(f"{value} is no port", at=instruction.at(word.start, word.end))
