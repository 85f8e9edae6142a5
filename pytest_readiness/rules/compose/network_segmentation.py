from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import File


def has_several_services(file: File) -> bool:
    return file.is_production and file.stands_alone and len(file.services) >= 3


@rule(
    "compose.network-segmentation",
    P2,
    on="compose.file",
    when=has_several_services,
    category="Security & Compliance",
    remedy="put the edge and the data stores on networks of their own",
    standards=("OWASP Docker RULE 5",),
    effort="2h",
)
def check(file: File) -> Iterator[Finding]:
    """Services are segmented over named networks.

    On one network every container can reach every port of every other: who takes over the proxy talks to the database.
    Asked of files with three services or more. A data store must not share a network with all the services that publish ports,
    unless that network is `internal`.

    ```yaml bad
    services:                      # <--
      proxy: {image: "nginx:1.27.3", ports: ["443:443"]}
      api: {image: "api:1.4.2"}
      db: {image: "postgres:17.2"}
    ```
    ```yaml bad
    services:
      proxy: {image: "nginx:1.27.3", ports: ["443:443"], networks: [front, back]}
      api: {image: "api:1.4.2", networks: [back]}
      db:
        image: postgres:17.2
        networks: [back]           # <--
    networks: {front: {}, back: {}}
    ```
    ```yaml good
    services:
      proxy: {image: "nginx:1.27.3", ports: ["443:443"], networks: [front]}
      api: {image: "api:1.4.2", networks: [front, back]}
      db: {image: "postgres:17.2", networks: [back]}
    networks: {front: {}, back: {}}
    ```
    """
    for service in file.services:
        if service.value("network_mode") == "host":
            yield file.finding(f"{service.label} is on the host's network, where nothing is segmented", at=service.place("network_mode"))
    used = {network for service in file.services for network in service.networks}
    if len(used) == 1:
        yield file.finding(f"all {len(file.services)} services share the network {min(used)}: each can reach every port of the others")
        return
    edges = [service for service in file.services if service.ports and not service.is_stateful]
    for service in file.services:
        if not service.is_stateful or not edges:
            continue
        shared = [name for name in service.networks if not file.is_internal(name) and all(name in edge.networks for edge in edges)]
        if shared:
            names = ", ".join(edge.label for edge in edges)
            place = service.place("networks", shared[0]) if shared[0] != "default" else service.place("networks")
            yield file.finding(f"{service.label} shares the network {shared[0]} with what is published ({names})", at=place)
