"""Builds need no sudo."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage


@rule(
    "docker.no-sudo",
    P3,
    on="docker.stage",
    when=lambda stage: bool(stage.steps),
    category="Docker",
    remedy="set USER around the commands that need root",
    aliases=("CKV2_DOCKER_1", "DS-0010", "DL3004"),
)
def check(stage: Stage) -> Iterator[Finding]:
    r"""RUN does not use sudo.

    A build runs as the USER of the moment, root unless told otherwise. sudo in the image is one more way to root, and
    behaves unpredictably without a terminal.

    ```dockerfile bad
    FROM debian:12
    RUN apt-get update && \
        sudo apt-get install -y curl  # <--
    ```
    ```dockerfile good
    FROM debian:12
    USER root
    RUN apt-get update && apt-get install -y curl
    USER 1000
    ```
    """
    for step in stage.steps:
        if any(word.text.rpartition("/")[2] == "sudo" for word in step.command.wrappers):
            yield stage.finding("sudo in a build: use USER root before and USER after", at=step.span)
