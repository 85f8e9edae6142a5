from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service

_MEANING = {
    "network_mode": "it reaches every local service of the host and takes its ports",
    "pid": "it sees and can signal every process of the host",
    "ipc": "it reads the shared memory of the host's processes",
    "uts": "it can rename the host",
    "userns_mode": "root in the container is root on the host",
    "cgroup": "it sees and can change the host's limits",
}


@rule(
    "compose.no-host-namespaces",
    P1,
    on="compose.service",
    category="Security & Compliance",
    remedy="remove the host namespace and publish the ports that are needed",
    standards=(
        "CIS Docker 5.9 (v1.5)",
        "CIS Docker 5.15 (v1.5)",
        "CIS Docker 5.16 (v1.5)",
        "CIS Docker 5.20 (v1.5)",
        "CIS Docker 5.30 (v1.5)",
    ),
    effort="2h",
)
def check(service: Service) -> Iterator[Finding]:
    """Service shares no namespace with the host.

    Namespaces are what makes a process a container. Monitoring agents usually need one; record that as an accepted risk.

    ```yaml bad
    services:
      agent:
        image: agent:2.1.0
        network_mode: host    # <--
        pid: "host"           # <--
    ```
    ```yaml good
    services:
      agent:
        image: agent:2.1.0
        network_mode: service:api
      api:
        image: api:1.4.2
    ```
    """
    for key, meaning in _MEANING.items():
        if service.value(key) == "host":
            yield service.finding(f"{key} is the host's: {meaning}", at=service.place(key))
