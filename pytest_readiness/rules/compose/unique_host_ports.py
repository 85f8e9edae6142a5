from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Port


@rule(
    "compose.unique-host-ports",
    P2,
    on="compose.port",
    category="Docker",
    remedy="publish one of them on another port",
    aliases=("dclint:no-duplicate-exported-ports",),
)
def check(port: Port) -> Iterator[Finding]:
    """Published ports do not collide.

    A port of the host can be taken once per address and protocol: the second service does not start. Services that are never
    active together, by their profiles, do not collide.

    ```yaml bad
    services:
      web:
        image: nginx:1.27.3
        ports: ["8080:80"]
      api:
        image: api:1.4.2
        ports:
          - "127.0.0.1:8080:8000"    # <--
          - "8081:8001"
    ```
    ```yaml good
    services:
      dns:
        image: dns:1.12.0
        ports: ["53:53/udp", "53:53/tcp"]
      api:
        image: api:1.4.2
        ports: ["127.0.0.1:8080:80", "127.0.0.2:8080:80"]
    ```
    """
    other = port.collision
    if other is not None:
        yield port.finding(
            f"port {port.published} is published by {other.service.label} too ({other.written}): the second cannot start", at=port.place
        )
