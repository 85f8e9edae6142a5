"""One sees where files go."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Copy
from pytest_readiness.formats.dockerfile.format import Stage

_ABSOLUTE = re.compile(r"/|\\|[A-Za-z]:|\$")


def _relative(stage: Stage) -> list[Copy]:
    return [copy for copy in stage.copies if not _ABSOLUTE.match(copy.destination.text)]


@rule(
    "docker.copy-needs-workdir",
    P3,
    on="docker.stage",
    when=lambda stage: bool(_relative(stage)),
    category="Docker",
    remedy="set WORKDIR first, or write the path from the root",
    aliases=("DL3045",),
    effort="5m",
)
def check(stage: Stage) -> Iterator[Finding]:
    """COPY to a relative path has a WORKDIR before it.

    Without one the files go to wherever the base image was left, which the next version of it may change.

    ```dockerfile bad
    FROM python:3.12-slim
    COPY app.py app/  # <--
    ```
    ```dockerfile good
    FROM python:3.12-slim
    WORKDIR /srv
    COPY app.py app/
    COPY conf /etc/app/
    ```
    """
    order = {id(instruction): number for number, instruction in enumerate(stage.instructions)}
    first = next((order[id(instruction)] for instruction in stage.all("WORKDIR")), len(order))
    inherited = any(parent.all("WORKDIR") for parent in stage.ancestry[1:])
    for copy in () if inherited else _relative(stage):
        if order[id(copy.instruction)] < first:
            yield stage.finding(f"{copy.destination.text} is relative, and no WORKDIR says to what", at=copy.instruction.head)
