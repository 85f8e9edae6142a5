from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service


@rule(
    "compose.pids-limit",
    P3,
    on="compose.service",
    category="Performance",
    remedy="set pids_limit, or deploy.resources.limits.pids",
    standards=("CIS Docker 5.28 (v1.5)", "OWASP Docker RULE 7"),
)
def check(service: Service) -> Iterator[Finding]:
    """Service has a limit on processes.

    A fork bomb, or a pool without bound, uses up the process table of the host, where nobody can then log in.

    ```yaml bad
    services:
      api:                   # <--
        image: api:1.4.2
      worker:
        image: api:1.4.2
        pids_limit: -1       # <--
    ```
    ```yaml good
    services:
      api:
        image: api:1.4.2
        pids_limit: 200
      worker:
        image: api:1.4.2
        deploy: {resources: {limits: {pids: 200}}}
    ```
    """
    values = [service.value("pids_limit"), service.value("deploy", "resources", "limits", "pids")]
    if not any(value is not None and str(value) not in ("0", "-1") for value in values):
        yield service.finding("no limit on processes: a fork bomb takes the host with it", at=service.place("pids_limit"))
