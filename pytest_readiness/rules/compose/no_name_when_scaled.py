from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service


def has_name(service: Service) -> bool:
    return "container_name" in service.data


@rule(
    "compose.no-name-when-scaled",
    P3,
    on="compose.service",
    when=has_name,
    category="Docker",
    remedy="remove container_name from the service",
)
def check(service: Service) -> Iterator[Finding]:
    """Scaled service has no fixed container name.

    Two containers cannot have one name: Compose refuses to start the second replica.

    ```yaml bad
    services:
      api:
        image: api:1.4.2
        container_name: api      # <--
        deploy: {replicas: 3}
    ```
    ```yaml good
    services:
      api:
        image: api:1.4.2
        container_name: api
    ```
    """
    for count in (service.value("scale"), service.value("deploy", "replicas")):
        if count is not None and not re.fullmatch(r"0*[01]?", str(count)):
            yield service.finding(
                f"{count} replicas cannot all be named {service.value('container_name')}", at=service.place("container_name")
            )
