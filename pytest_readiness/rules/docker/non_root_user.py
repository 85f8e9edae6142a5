"""Containers do not run as root."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage


@rule(
    "docker.non-root-user",
    P0,
    on="docker.image",
    category="Docker",
    remedy="create a user with uid 1000 and end the final stage with `USER 1000:1000`",
    aliases=("CKV_DOCKER_3", "CKV_DOCKER_8", "DS-0002", "DL3002"),
    standards=("CIS Docker 4.1",),
)
def check(stage: Stage) -> Iterator[Finding]:
    """The image runs as a user other than root.

    Root in a container is root on the host as soon as it gets out. The last USER of the final stage, or of
    the stages it derives from, decides; without one the base image does, and few set one.

    ```dockerfile bad
    FROM python:3.12-slim AS build
    USER app
    FROM python:3.12-slim  # <--
    CMD ["python", "app.py"]
    ```
    ```dockerfile bad
    FROM python:3.12-slim
    USER app
    USER "0:0"  # <--
    RUN apt-get update && apt-get install -y tini
    ```
    ```dockerfile good
    FROM python:3.12-slim
    ARG UID=1000
    USER ${UID}:1000
    ```
    ```dockerfile good
    FROM gcr.io/distroless/static-debian12:nonroot
    COPY app /app
    ENTRYPOINT ["/app"]
    ```
    """
    if not stage.runs_as_root:
        return
    last = stage.last("USER")
    if last is None:
        yield stage.finding("no USER: the container runs as root")
    else:
        yield stage.finding(f"USER {last[1].value}: the container runs as root", at=last[1].head)
