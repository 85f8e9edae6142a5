from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service


def runs_on(service: Service) -> bool:
    return not service.is_one_shot


@rule(
    "compose.healthcheck",
    P1,
    on="compose.service",
    when=runs_on,
    category="Docker",
    remedy="add a healthcheck with test, interval, timeout and retries",
    standards=("CIS Docker 5.26 (v1.5)",),
)
def check(service: Service, project: Project) -> Iterator[Finding]:
    """Compose service has a health check.

    Without one a hung process counts as running: nothing restarts it, and nothing that depends on it can wait for it.
    A check in the Dockerfile the service is built from counts; a service that is meant to end needs none.

    ```yaml bad
    services:
      web:                      # <--
        image: nginx:1.27.3
    ```
    ```yaml bad
    services:
      web:
        image: nginx:1.27.3
        healthcheck:
          disable: true         # <--
    ```
    ```yaml bad
    services:
      web:
        build: .                # <--
    ```
    ```dockerfile with Dockerfile
    FROM nginx:1.27.3
    CMD ["nginx"]
    ```
    ```yaml good
    services:
      web:
        image: nginx:1.27.3
        healthcheck:
          test: ["CMD", "curl", "-f", "http://localhost/"]
          interval: 10s
    ```
    ```yaml good
    services:
      web:
        build: .
    ```
    ```dockerfile with Dockerfile
    FROM nginx:1.27.3
    HEALTHCHECK CMD curl -f http://localhost/
    ```
    """
    if service.has_healthcheck(project):
        return
    if service.health_is_off:
        at = service.place("healthcheck", "disable" if service.flag("healthcheck", "disable") else "test")
        yield service.finding("the health check is switched off: a hung process counts as running", at=at)
    elif service.builds:
        yield service.finding(
            "no health check, neither here nor in the Dockerfile: a hung process counts as running", at=service.place("build")
        )
    else:
        yield service.finding("no health check: a hung process counts as running")
