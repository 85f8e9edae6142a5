"""Scripts use the tool with a stable interface."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage


@rule(
    "docker.apt-get-not-apt",
    P3,
    on="docker.stage",
    when=lambda stage: bool(stage.runs("apt", "apt-get")),
    category="Docker",
    remedy="call apt-get or apt-cache",
    aliases=("CKV_DOCKER_9", "DL3027"),
)
def check(stage: Stage) -> Iterator[Finding]:
    r"""RUN calls apt-get, not apt.

    apt is for people: it says so itself ("does not have a stable CLI interface"), and its output and options change.

    ```dockerfile bad
    FROM debian:12
    RUN apt update && \  # <--
        apt install -y curl  # <--
    ```
    ```dockerfile good
    FROM debian:12
    RUN apt-get update && apt-get install -y curl
    ```
    """
    for step in stage.runs("apt"):
        yield stage.finding(f"apt {' '.join(step.command.operands[:1])} has no stable interface for scripts", at=step.span)
