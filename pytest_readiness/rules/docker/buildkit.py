"""Images are built with BuildKit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import Span
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.context import automation

_OFF = re.compile(r"DOCKER_BUILDKIT[\"']?\s*[:=]\s*[\"']?(?:0|false)\b")
_ON = re.compile(
    r"DOCKER_BUILDKIT[\"']?\s*[:=]\s*[\"']?(?:1|true)\b|docker buildx|docker/(?:setup-buildx|build-push|bake)-action|^# *syntax *=|RUN --mount=",
    re.MULTILINE,
)


def _texts(project: Project) -> Iterator[tuple[str, str]]:
    for path in (*automation(project), *project.files("dockerfile")):
        yield path, project.glance(path)


def _decided(_: Resource, project: Project) -> bool:
    return any(_OFF.search(text) or _ON.search(text) for _, text in _texts(project))


@rule(
    "docker.buildkit",
    P3,
    on="docker.repository",
    when=_decided,
    category="Performance",
    remedy="remove DOCKER_BUILDKIT=0, or build with docker/build-push-action",
)
def check(repository: Resource, project: Project) -> Iterator[Finding]:
    """No build switches BuildKit off.

    BuildKit runs stages at the same time, skips those nobody needs, mounts secrets without leaving them in a layer and
    makes provenance. It is the default since Docker 23, so a repository that says nothing is not judged.

    ```make bad Makefile
    image:
        DOCKER_BUILDKIT=0 docker build .  # <--
    ```
    ```dockerfile with Dockerfile
    FROM debian:12
    ```
    ```dockerfile good
    # syntax=docker/dockerfile:1
    FROM debian:12
    ```
    """
    for path, text in _texts(project):
        for found in _OFF.finditer(text):
            at = Span.within(path, text, *found.span())
            yield repository.finding("DOCKER_BUILDKIT=0 builds with the old builder: no secret mounts, no provenance", at=at)
