from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Port


@rule(
    "compose.localhost-ports",
    P1,
    on="compose.port",
    category="Security & Compliance",
    remedy="prefix the mapping with 127.0.0.1: or, between services, use the network without publishing",
    aliases=("dclint:no-unbound-port-interfaces",),
    standards=("CIS Docker 5.13 (v1.5)",),
)
def check(port: Port, *, public: tuple[str, ...] = ()) -> Iterator[Finding]:
    """Ports are published on localhost only.

    A published port listens on every interface of the host, and Docker opens it past the host's firewall.
    Services in `public` are the edge that the world is meant to reach.

    ```yaml bad
    services:
      db:
        image: postgres:17.2
        ports:
          - "5432:5432"          # <--
          - "0.0.0.0:5433:5432"  # <--
          - target: 9187         # <--
            published: "9187"
    ```
    ```yaml good
    services:
      db:
        image: postgres:17.2
        ports:
          - "127.0.0.1:5432:5432"
          - "[::1]:5432:5432"
          - target: 9187
            published: "9187"
            host_ip: 127.0.0.1
    ```
    """
    if port.service.label in public or port.is_loopback:
        return
    where = f"on {port.host_ip}" if port.host_ip else "on every interface"
    yield port.finding(f"port {port.target} is published {where}, past the host's firewall", at=port.place)
