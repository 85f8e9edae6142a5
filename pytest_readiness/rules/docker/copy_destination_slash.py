"""Several sources go into a directory."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Copy
from pytest_readiness.formats.dockerfile.format import Stage


def _several(stage: Stage) -> list[Copy]:
    return [copy for copy in stage.copies if len(copy.words) > 1]


@rule(
    "docker.copy-destination-slash",
    P2,
    on="docker.stage",
    when=lambda stage: bool(_several(stage)),
    category="Docker",
    remedy="end the destination in a slash",
    aliases=("DS-0011", "DL3021"),
    effort="5m",
)
def check(stage: Stage) -> Iterator[Finding]:
    """COPY of several sources ends in a slash.

    Docker refuses it otherwise: the destination of several files is a directory, and only the slash says so.

    ```dockerfile bad
    FROM node:20
    COPY package.json yarn.lock app  # <--
    ```
    ```dockerfile good
    FROM node:20
    COPY package.json yarn.lock app/
    COPY ["a.js", "b.js", "."]
    ```
    """
    for copy in _several(stage):
        target = stage.known(copy.destination.text, copy.instruction)
        if not target.endswith(("/", "\\")) and target not in (".", "..") and not target.endswith("/."):
            yield stage.finding(f"{len(copy.words)} files are copied to {target}, which does not end in a slash", at=copy.instruction.head)
