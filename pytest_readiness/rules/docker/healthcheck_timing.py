"""A health check notices soon."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.format import duration

_DEFAULT = 30.0  # what Docker takes for both flags


@rule(
    "docker.healthcheck-timing",
    P1,
    on="docker.service",
    when=lambda stage: stage.healthcheck is not None and not stage.healthcheck.disabled,
    category="Docker",
    remedy="set `--interval=30s --timeout=10s`",
)
def check(stage: Stage, *, interval: int = 30, timeout: int = 10) -> Iterator[Finding]:
    """A HEALTHCHECK runs at least every 30 seconds and gives up after 10.

    Docker's default timeout is 30 seconds: a service that hangs is noticed after a minute and a half. The
    timeout must be shorter than the interval.

    ```dockerfile bad
    FROM python:3.12-slim
    HEALTHCHECK CMD ["python", "check.py"]  # <--
    CMD ["python", "app.py"]
    ```
    ```dockerfile bad
    FROM python:3.12-slim
    HEALTHCHECK --interval=1m30s --timeout=10s CMD ["python", "check.py"]  # <--
    CMD ["python", "app.py"]
    ```
    ```dockerfile good
    FROM python:3.12-slim
    HEALTHCHECK --interval=30s --timeout=500ms CMD ["python", "check.py"]
    CMD ["python", "app.py"]
    ```
    """
    found = stage.healthcheck
    if found is None:
        return
    instruction = found.instruction
    values = {}
    for name, limit in (("interval", interval), ("timeout", timeout)):
        flag = instruction.flag(name)
        seconds = _DEFAULT if flag is None else duration(flag.value)
        values[name] = seconds
        at = instruction.at(flag.start, flag.end) if flag else found.span
        if seconds is None:
            yield stage.finding(f"--{name}={flag.value if flag else ''} is no duration, and Docker expands no variables there", at=at)
        elif seconds > limit:
            default = "" if flag else " (Docker's default)"
            yield stage.finding(f"--{name} is {seconds:g}s{default}, more than {limit}s: a hanging service is noticed late", at=at)
    if values["interval"] is not None and values["timeout"] is not None and limit_broken(values["timeout"], values["interval"], timeout):
        yield stage.finding(f"--timeout of {values['timeout']:g}s is not shorter than --interval", at=found.span)


def limit_broken(timeout: float, interval: float, limit: int) -> bool:
    """Whether the timeout is within its limit but not shorter than the interval."""
    return interval <= timeout <= limit
