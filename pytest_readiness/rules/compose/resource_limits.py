from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service


@rule(
    "compose.resource-limits",
    P2,
    on="compose.service",
    category="Performance",
    remedy="set deploy.resources.limits with cpus and memory",
    standards=("CIS Docker 5.10 (v1.5)", "CIS Docker 5.11 (v1.5)", "OWASP Docker RULE 7"),
)
def check(service: Service) -> Iterator[Finding]:
    """Service has CPU and memory limits.

    One leak takes the memory of the whole host, and the kernel then kills whatever it likes; one loop starves every neighbour.

    ```yaml bad
    services:
      api:                            # <--
        image: api:1.4.2
      worker:
        image: api:1.4.2
        deploy:
          resources:
            limits: {memory: 512M}    # <--
    ```
    ```yaml good
    services:
      api:
        image: api:1.4.2
        deploy:
          resources:
            limits: {memory: 512M, cpus: "0.5"}
      worker:
        image: api:1.4.2
        mem_limit: 512m
        cpus: 0.5
    ```
    """
    limits = service.mapping("deploy", "resources", "limits")
    missing = []
    if limits.get("memory") is None and "mem_limit" not in service.data:
        missing.append("memory")
    if limits.get("cpus") is None and not any(key in service.data for key in ("cpus", "cpu_quota")):
        missing.append("CPU")
    if missing:
        at = service.place("deploy", "resources", "limits") if limits else service.span
        yield service.finding(f"no {' and no '.join(missing)} limit: one fault starves every neighbour on the host", at=at)
