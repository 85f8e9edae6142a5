"""Deprecated instructions are gone."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import DockerfileFile


@rule(
    "docker.no-maintainer",
    P3,
    on="docker.file",
    category="Docker",
    remedy="use `LABEL org.opencontainers.image.authors=`",
    aliases=("CKV_DOCKER_6", "DS-0022", "DL4000"),
    effort="5m",
)
def check(file: DockerfileFile) -> Iterator[Finding]:
    """MAINTAINER is not used.

    It has been deprecated since 2017; a label says the same and can be asked for.

    ```dockerfile bad
    FROM debian:12
    MAINTAINER ops@example.com  # <--
    ```
    ```dockerfile good
    FROM debian:12
    LABEL org.opencontainers.image.authors="ops@example.com"
    ```
    """
    for instruction in file.file.instructions:
        if instruction.name == "MAINTAINER":
            yield file.finding("MAINTAINER is deprecated", at=instruction.head)
