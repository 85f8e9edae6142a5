from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service


def names_files(service: Service) -> bool:
    return bool(service.data.get("env_file"))


@rule(
    "compose.env-file-exists",
    P2,
    on="compose.service",
    when=names_files,
    category="Environment configuration",
    remedy="commit the file or an example of it, or mark it with required: false",
)
def check(service: Service, project: Project) -> Iterator[Finding]:
    """Environment file exists or is known to be supplied.

    Compose refuses to start without it. A file that .gitignore names, or that has an example beside it, is meant to be supplied.

    ```yaml bad
    services:
      api:
        image: api:1.4.2
        env_file: [api.env]       # <--
    ```
    ```yaml good
    services:
      api:
        image: api:1.4.2
        env_file:
          - api.env
          - secret.env
          - {path: local.env, required: false}
    ```
    ```env with api.env
    LOG_LEVEL=info
    ```
    ```env with secret.env.example
    DB_PASSWORD=
    ```
    """
    for path, required, place in service.env_files:
        if required and not service.is_supplied(path, project):
            yield service.finding(f"there is no {path}, and Compose does not start without it", at=place)
