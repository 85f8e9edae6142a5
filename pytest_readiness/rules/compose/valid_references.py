from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import File


@rule(
    "compose.valid-references",
    P1,
    on="compose.file",
    category="Docker",
    remedy="correct the name, or add what it refers to",
)
def check(file: File, project: Project) -> Iterator[Finding]:
    """Everything the file refers to exists.

    Compose refuses the whole file for one unknown service, network, volume, secret or config, and a build without its Dockerfile
    fails: found here, or at deployment.

    ```yaml bad
    services:
      api:
        build: ./api              # <--
        depends_on: [database]    # <--
        networks: [back]          # <--
        volumes:
          - data:/data            # <--
      db: {image: "postgres:17.2"}
    ```
    ```yaml good
    services:
      api:
        build: ./api
        depends_on: [db]
        networks: [back]
      db: {image: "postgres:17.2", networks: [back]}
    networks: {back: {}}
    ```
    ```dockerfile with api/Dockerfile
    FROM python:3.13.1
    ```
    """
    for message, place in file.dangling(project):
        yield file.finding(message, at=place)
