from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service


@rule(
    "compose.no-links",
    P3,
    on="compose.service",
    category="Docker",
    remedy="put both services on one network and use the service name, or a network alias",
)
def check(service: Service) -> Iterator[Finding]:
    """Services find each other by network, not by links.

    Links are a legacy feature of Docker that may be removed; services on a shared network find each other by name anyway.

    ```yaml bad
    services:
      api:
        image: api:1.4.2
        links: [db]          # <--
      db: {image: "postgres:17.2"}
    ```
    ```yaml good
    services:
      api:
        image: api:1.4.2
        networks: [back]
      db: {image: "postgres:17.2", networks: [back]}
    networks: {back: {}}
    ```
    """
    for key in ("links", "external_links"):
        if service.data.get(key):
            yield service.finding(f"{key} is a legacy feature: a shared network does the same", at=service.place(key))
