from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service


def waits_for_others(service: Service) -> bool:
    return bool(service.mapping("depends_on"))


@rule(
    "compose.depends-on-healthy",
    P3,
    on="compose.service",
    when=waits_for_others,
    category="Resilience/DR",
    remedy="write depends_on in its long form, with condition: service_healthy",
)
def check(service: Service, project: Project) -> Iterator[Finding]:
    """Service waits until what it depends on is healthy.

    The short form of `depends_on` waits until the other container is created, not until it answers, although it has a health check
    that could say so. An explicit `service_started` is a decision, and only advice.

    ```yaml bad
    services:
      api:
        image: api:1.4.2
        depends_on: [db]            # <--
      db:
        image: postgres:17.2
        healthcheck: {test: [CMD, pg_isready]}
    ```
    ```yaml good
    services:
      api:
        image: api:1.4.2
        depends_on:
          db: {condition: service_healthy}
      db:
        image: postgres:17.2
        healthcheck: {test: [CMD, pg_isready]}
    ```
    """
    for name, details in service.mapping("depends_on").items():
        other = service.file.service(name)
        condition = details.get("condition") if isinstance(details, dict) else None
        if other is None or condition not in (None, "service_started") or not other.has_healthcheck(project):
            continue
        place = service.place("depends_on", name)
        if condition is None:
            yield service.finding(f"waits until {name} is created, not until it is healthy", at=place)
        else:
            yield service.advice(f"waits until {name} is started, although it has a health check", at=place)
