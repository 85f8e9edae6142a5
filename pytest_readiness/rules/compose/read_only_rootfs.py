from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service


def keeps_no_data(service: Service) -> bool:
    return not service.is_stateful


@rule(
    "compose.read-only-rootfs",
    P1,
    on="compose.service",
    when=keeps_no_data,
    category="Security & Compliance",
    remedy="set read_only: true, with tmpfs or volumes for what must be written",
    standards=("CIS Docker 5.12 (v1.5)", "OWASP Docker RULE 8"),
    effort="1h",
)
def check(service: Service) -> Iterator[Finding]:
    """Service root filesystem is read-only.

    What gets into a container can replace its program and stay until the container is removed; on a read-only
    filesystem it has no place to write. Databases, caches and brokers are left out.

    ```yaml bad
    services:
      api:                    # <--
        image: api:1.4.2
      web:
        image: nginx:1.27.3
        read_only: false      # <--
    ```
    ```yaml good
    services:
      api:
        image: api:1.4.2
        read_only: true
        tmpfs: [/tmp]
    ```
    """
    if not service.flag("read_only"):
        yield service.finding("the root filesystem is writable: an intruder can replace the program", at=service.place("read_only"))
