"""Base images do not move under the build."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.context import is_built_here
from pytest_readiness.formats.dockerfile.format import Stage


@rule(
    "docker.base-not-latest",
    P1,
    on="docker.base",
    category="Docker",
    remedy="name a version tag, better a digest",
    aliases=("CKV_DOCKER_7", "DS-0001", "DL3006", "DL3007"),
)
def check(stage: Stage, project: Project) -> Iterator[Finding]:
    """A base image has a tag of its own or a digest, never latest.

    `latest`, or no tag at all, is whatever was pushed last: the same Dockerfile builds another image tomorrow,
    and nobody can go back.

    ```dockerfile bad
    ARG TAG=latest
    FROM python  # <--
    FROM registry.example.com:5000/app  # <--
    FROM node:${TAG}  # <--
    ```
    ```dockerfile good
    FROM registry.example.com:5000/app:1.4 AS app
    FROM node@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef AS node
    FROM app
    ```
    """
    base = stage.base
    if base is None:
        return
    image = base.image
    if base.is_latest:
        if not image.registry and "/" not in image.repository and not image.tag and is_built_here(project, image.name):
            yield stage.advice(f"{image.text} has no tag; it seems to be built in this repository", at=base.span)
        else:
            what = f"tag {image.tag}" if image.tag else "no tag"
            yield stage.finding(f"{image.text} has {what}: it is whatever was pushed last", at=base.span)
    elif image.is_moving:
        yield stage.advice(f"the tag {image.tag} of {image.text} moves with every release", at=base.span)
