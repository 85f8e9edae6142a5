from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service


@rule(
    "compose.no-privileged",
    P0,
    on="compose.service",
    category="Security & Compliance",
    remedy="remove privileged, and add the one capability or device that is needed",
    standards=("CIS Docker 5.4 (v1.5)", "OWASP Docker RULE 3"),
    effort="2h",
)
def check(service: Service) -> Iterator[Finding]:
    """Service is not privileged.

    A privileged container has every capability and every device of the host: it can mount the host's disk.

    ```yaml bad
    services:
      agent:
        image: agent:2.1.0
        privileged: true      # <--
    ```
    ```yaml good
    services:
      agent:
        image: agent:2.1.0
        cap_drop: [ALL]
        cap_add: [SYS_PTRACE]
    ```
    """
    if service.is_privileged:
        yield service.finding("privileged: the container can do what root on the host can", at=service.place("privileged"))
