"""The image gets what it needs, not what lies around."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.context import dockerignore_path
from pytest_readiness.formats.dockerfile.format import Copy
from pytest_readiness.formats.dockerfile.format import DockerfileFile


def _everything(file: DockerfileFile) -> list[Copy]:
    return [copy for stage in file.stages for copy in stage.copies if copy.is_everything]


@rule(
    "docker.dockerignore",
    P2,
    on="docker.file",
    when=lambda file: bool(_everything(file)),
    category="Docker",
    remedy="add a .dockerignore with .git, .env and what the build makes itself",
)
def check(file: DockerfileFile, project: Project) -> Iterator[Finding]:
    """A COPY of everything comes with a .dockerignore.

    `COPY . .` takes .git, .env, local dependencies and test data along: secrets and megabytes, and a cache that is never
    hit. The ignore file stands at the root of the build context or is called like the Dockerfile.

    ```dockerfile bad
    FROM node:20-slim
    COPY . .  # <--
    ```
    ```dockerfile good
    FROM node:20-slim
    COPY . .
    ```
    ```text with .dockerignore
    .git
    node_modules
    ```
    """
    if dockerignore_path(project, file.path) is None:
        for copy in _everything(file):
            yield file.finding(
                "the whole directory is copied, and no .dockerignore keeps .git and local files out", at=copy.instruction.head
            )
