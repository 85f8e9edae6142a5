from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service


def has_name(service: Service) -> bool:
    return "container_name" in service.data


@rule(
    "compose.unique-container-names",
    P2,
    on="compose.service",
    when=has_name,
    category="Docker",
    remedy="give the container a name of its own, or none",
    aliases=("dclint:no-duplicate-container-names",),
)
def check(service: Service) -> Iterator[Finding]:
    """Container names are unique.

    The name is the host's, not the project's: the second container with it cannot be created.

    ```yaml bad
    services:
      api:
        image: api:1.4.2
        container_name: app
      worker:
        image: api:1.4.2
        container_name: app      # <--
    ```
    ```yaml good
    services:
      api:
        image: api:1.4.2
        container_name: app
      worker:
        image: api:1.4.2
    ```
    """
    name = service.value("container_name")
    for other in service.file.services:
        if other.label == service.label:
            return
        if other.data.get("container_name") == service.data["container_name"] or other.value("container_name") == name:
            yield service.finding(
                f"the container of {other.label} is named {name} too: the second cannot be created", at=service.place("container_name")
            )
            return
