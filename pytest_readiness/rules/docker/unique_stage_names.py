"""A name means one stage."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import DockerfileFile


@rule(
    "docker.unique-stage-names",
    P2,
    on="docker.file",
    when=lambda file: any(stage.alias for stage in file.stages),
    category="Docker",
    remedy="give every stage a name of its own",
    aliases=("CKV_DOCKER_11", "DS-0012", "DL3024"),
    effort="5m",
)
def check(file: DockerfileFile) -> Iterator[Finding]:
    """No two stages have the same name.

    `FROM` and `COPY --from` then mean the last one before them: inserting a stage changes another one silently.

    ```dockerfile bad
    FROM golang:1.23 AS build
    FROM node:20 AS Build  # <--
    ```
    ```dockerfile good
    FROM golang:1.23 AS backend
    FROM node:20 AS frontend
    ```
    """
    seen: dict[str, int] = {}
    for stage in file.stages:
        name = stage.alias.lower()
        if name and name in seen:
            yield file.finding(f"the stage {stage.alias} has the name of the one on line {seen[name]}", at=stage.span)
        elif name:
            seen[name] = stage.span.line
