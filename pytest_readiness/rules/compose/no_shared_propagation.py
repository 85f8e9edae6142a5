from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service


def mounts_something(service: Service) -> bool:
    return bool(service.mounts)


@rule(
    "compose.no-shared-propagation",
    P2,
    on="compose.service",
    when=mounts_something,
    category="Security & Compliance",
    remedy="use the default propagation, rprivate, or rslave",
    standards=("CIS Docker 5.19 (v1.5)",),
)
def check(service: Service) -> Iterator[Finding]:
    """Mounts made in the container stay in the container.

    With shared propagation a mount made inside appears on the host and in every other container that has the directory.

    ```yaml bad
    services:
      agent:
        image: agent:2.1.0
        volumes:
          - /srv/data:/data:rshared        # <--
          - type: bind                     # <--
            source: /srv/more
            target: /more
            bind: {propagation: shared}
    ```
    ```yaml good
    services:
      agent:
        image: agent:2.1.0
        volumes:
          - /srv/data:/data:ro,rslave
    ```
    """
    for mount in service.mounts:
        if mount.options & {"shared", "rshared"}:
            yield service.finding(f"what is mounted below {mount.target} appears on the host", at=mount.span)
