from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service


def runs_on(service: Service) -> bool:
    return service.file.is_production and not service.is_one_shot


@rule(
    "compose.restart-policy",
    P2,
    on="compose.service",
    when=runs_on,
    category="Resilience/DR",
    remedy="set restart: unless-stopped, or restart: on-failure with a number of attempts",
)
def check(service: Service) -> Iterator[Finding]:
    """Long-running service has a restart policy.

    Docker's default is never: after a crash, or a restart of the host, the service stays down until somebody looks.
    Services that are meant to end say `restart: "no"`. Not asked of files for development or tests.

    ```yaml bad
    services:
      api:                       # <--
        image: api:1.4.2
    ```
    ```yaml good
    services:
      api:
        image: api:1.4.2
        restart: unless-stopped
        depends_on:
          migrate: {condition: service_completed_successfully}
      migrate:
        image: api:1.4.2
        command: [api, migrate]
    ```
    """
    if "restart" not in service.data and not service.mapping("deploy", "restart_policy"):
        yield service.finding("no restart policy: after a crash or a reboot it stays down")
