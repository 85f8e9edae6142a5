from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service

_VALID = re.compile(r"/?[A-Za-z0-9][A-Za-z0-9_.-]+").fullmatch


def has_name(service: Service) -> bool:
    return "container_name" in service.data


@rule(
    "compose.valid-container-name",
    P2,
    on="compose.service",
    when=has_name,
    category="Docker",
    remedy="use letters, digits, underscore, dot and dash only, beginning with a letter or digit",
    aliases=("dclint:service-container-name-regex",),
)
def check(service: Service) -> Iterator[Finding]:
    """Container name is one that Docker accepts.

    Docker refuses any other name when the container is created, which is at deployment.

    ```yaml bad
    services:
      api:
        image: api:1.4.2
        container_name: api:v2     # <--
    ```
    ```yaml good
    services:
      api:
        image: api:1.4.2
        container_name: api-v2
    ```
    """
    name = str(service.value("container_name"))
    if not _VALID(name):
        yield service.finding(f"Docker refuses the container name {name!r}", at=service.place("container_name"))
