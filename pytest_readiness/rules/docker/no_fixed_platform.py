"""The image can be built for every platform."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage


@rule(
    "docker.no-fixed-platform",
    P3,
    on="docker.base",
    category="Docker",
    remedy="leave it to `docker build --platform`, or use $BUILDPLATFORM",
    aliases=("DL3029",),
    effort="5m",
)
def check(stage: Stage) -> Iterator[Finding]:
    """FROM does not fix the platform.

    `--platform=linux/amd64` makes an image that is emulated, slowly, on ARM machines, whatever platform the build asks for.

    ```dockerfile bad
    FROM --platform=linux/amd64 python:3.12-slim  # <--
    ```
    ```dockerfile good
    FROM --platform=$BUILDPLATFORM golang:1.23 AS build
    FROM python:3.12-slim
    ```
    """
    flag = stage.origin.flag("platform")
    if flag is not None and "$" not in flag.value:
        at = stage.origin.at(flag.start, flag.end)
        yield stage.finding(f"the stage is always built for {flag.value}, whatever platform is asked for", at=at)
