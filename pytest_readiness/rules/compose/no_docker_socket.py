from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service

SOCKET = re.compile(r"(?:docker|podman|containerd|crio|cri-dockerd)\.sock$")


def mounts_something(service: Service) -> bool:
    return bool(service.mounts)


@rule(
    "compose.no-docker-socket",
    P0,
    on="compose.service",
    when=mounts_something,
    category="Security & Compliance",
    remedy="remove the socket, or put a filtering socket proxy in between",
    standards=("CIS Docker 5.31 (v1.5)", "OWASP Docker RULE 1"),
    effort="1d",
)
def check(service: Service) -> Iterator[Finding]:
    """Docker socket is not mounted.

    Who can talk to the socket can start a container with the host's root directory in it: the service is root on the host.
    Mounting it read-only changes nothing, requests are written all the same.

    ```yaml bad
    services:
      proxy:
        image: traefik:3.2.1
        volumes:
          - /var/run/docker.sock:/var/run/docker.sock:ro    # <--
          - type: bind
            source: /run/podman/podman.sock                 # <--
            target: /sock
    ```
    ```yaml good
    services:
      proxy:
        image: traefik:3.2.1
        volumes:
          - ./traefik.yaml:/etc/traefik/traefik.yaml:ro
    ```
    """
    for mount in service.mounts:
        if mount.type != "volume" and SOCKET.search(str(mount.source)):
            yield service.finding(f"{mount.source} makes the service root on the host, read-only or not", at=mount.source_span)
