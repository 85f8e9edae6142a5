from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import once
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service

_REMOTE_OR_ROTATING = frozenset(
    ("local", "journald", "fluentd", "awslogs", "gelf", "syslog", "splunk", "gcplogs", "etwlogs", "loki", "grafana/loki-docker-driver")
)


def no_daemon_decides(service: Service, project: Project) -> bool:
    """For production, and no daemon.json in the repository sets a maximum for every container."""
    return service.file.is_production and not _daemon_rotates(project)


@once
def _daemon_rotates(project: Project) -> bool:
    files = (path for path in project.paths if path.rpartition("/")[2] == "daemon.json")
    return any("max-size" in project.glance(path) for path in files)


@rule(
    "compose.log-rotation",
    P2,
    on="compose.service",
    when=no_daemon_decides,
    category="Monitoring & Observability",
    remedy="set logging.options max-size and max-file, or a driver that rotates",
)
def check(service: Service) -> Iterator[Finding]:
    """Container logs are rotated.

    The default driver writes one file per container without bound; the disk of the host fills up, and every container stops.
    A `daemon.json` in the repository that sets `max-size` settles it for all. Not asked of files for development or tests.

    ```yaml bad
    services:
      web:                       # <--
        image: nginx:1.27.3
      api:
        image: api:1.4.2
        logging:
          driver: json-file      # <--
    ```
    ```yaml good
    x-logging: &logging
      driver: json-file
      options: {max-size: 10m, max-file: "3"}
    services:
      web:
        image: nginx:1.27.3
        logging: *logging
      api:
        image: api:1.4.2
        logging: {driver: local}
    ```
    """
    driver = service.value("logging", "driver")
    options = service.mapping("logging", "options")
    if driver == "none":
        yield service.finding("logging is switched off: nothing is left to look at after a failure", at=service.place("logging", "driver"))
    elif driver is None or driver == "json-file":
        if "max-size" not in options:
            yield service.finding("container logs grow without bound: no max-size", at=service.place("logging", "driver"))
        elif "max-file" not in options:
            yield service.advice(
                "without max-file only one log file is kept, and it is thrown away when it is full", at=service.place("logging", "options")
            )
    elif str(driver).partition(":")[0] not in _REMOTE_OR_ROTATING:
        yield service.advice(f"whether the log driver {driver} rotates is not known", at=service.place("logging", "driver"))
