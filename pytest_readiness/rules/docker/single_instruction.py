"""No instruction is overridden by a later one of its kind."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage

_ONCE = ("CMD", "ENTRYPOINT", "HEALTHCHECK")


@rule(
    "docker.single-instruction",
    P3,
    on="docker.stage",
    when=lambda stage: bool(stage.all(*_ONCE)),
    category="Docker",
    remedy="delete all but the last one",
    aliases=("DS-0007", "DS-0016", "DS-0023", "DL3012", "DL4003", "DL4004"),
)
def check(stage: Stage) -> Iterator[Finding]:
    """A stage has one CMD, one ENTRYPOINT and one HEALTHCHECK.

    Only the last one counts; the others look as if they did something.

    ```dockerfile bad
    FROM python:3.12-slim
    CMD ["python", "old.py"]  # <--
    CMD ["python", "app.py"]
    ```
    ```dockerfile good
    FROM python:3.12-slim AS base
    CMD ["python"]
    FROM base
    ENTRYPOINT ["python"]
    CMD ["app.py"]
    ```
    """
    for name in _ONCE:
        for instruction in stage.all(name)[:-1]:
            yield stage.finding(f"this {name} has no effect: a later one in the stage replaces it", at=instruction.head)
