"""One sees where a command runs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage

_ABSOLUTE = re.compile(r"/|\\|[A-Za-z]:")


@rule(
    "docker.absolute-workdir",
    P3,
    on="docker.stage",
    when=lambda stage: bool(stage.all("WORKDIR")),
    category="Docker",
    remedy="write the path from the root",
    aliases=("CKV_DOCKER_10", "DS-0009", "DL3000"),
)
def check(stage: Stage) -> Iterator[Finding]:
    """WORKDIR is an absolute path.

    A relative one depends on every WORKDIR before it, those of the base image included.

    ```dockerfile bad
    FROM python:3.12-slim
    WORKDIR app  # <--
    ```
    ```dockerfile good
    FROM python:3.12-slim
    ARG HOME=/srv
    WORKDIR "$HOME/app"
    ```
    """
    for instruction in stage.all("WORKDIR"):
        value = stage.known(" ".join(word.text for word in instruction.words), instruction)
        if not _ABSOLUTE.match(value):
            yield stage.finding(f"WORKDIR {instruction.value} depends on the directory before it", at=instruction.head)
