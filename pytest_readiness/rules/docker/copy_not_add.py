"""COPY does what it says, ADD guesses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Copy
from pytest_readiness.formats.dockerfile.format import Stage

_ARCHIVE = re.compile(r"\.(tar|tgz|tbz2?|txz|tzst|tar\.\w+|gz|bz2|xz|zst)\Z", re.IGNORECASE)
_REMOTE = re.compile(r"(https?|ftp|git|ssh)://|git@|<<")


def _local_adds(stage: Stage) -> list[Copy]:
    return [
        copy for copy in stage.copies if copy.instruction.name == "ADD" and copy.words and not any(_REMOTE.match(s) for s in copy.sources)
    ]


@rule(
    "docker.copy-not-add",
    P3,
    on="docker.stage",
    when=lambda stage: bool(_local_adds(stage)),
    category="Docker",
    remedy="use COPY",
    aliases=("CKV_DOCKER_4", "DS-0005", "DL3020"),
    standards=("CIS Docker 4.9",),
)
def check(stage: Stage) -> Iterator[Finding]:
    """Local files are copied with COPY, not ADD.

    ADD unpacks archives and fetches URLs as it sees fit; only an archive that is to be unpacked needs it.

    ```dockerfile bad
    FROM alpine:3.20
    ADD app.jar /app/  # <--
    ```
    ```dockerfile good
    FROM alpine:3.20
    COPY app.jar /app/
    ADD rootfs.tar.gz /
    ```
    """
    for copy in _local_adds(stage):
        if not any(_ARCHIVE.search(source) or "$" in source for source in copy.sources):
            yield stage.finding(f"ADD {copy.instruction.value} does what COPY does, with surprises", at=copy.instruction.head)
