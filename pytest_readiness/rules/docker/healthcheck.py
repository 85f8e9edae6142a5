"""A service image can say whether it is healthy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.packages import installs

_MINIMAL = re.compile(r"(^|[-.\d])(slim|alpine)")
_LANGUAGES = frozenset(("python", "node", "ruby", "golang", "openjdk", "eclipse-temurin", "rust", "php"))


def _absent_program(stage: Stage, command: str) -> str | None:
    """The program that the check calls and neither the well-known base image nor the file installs."""
    found = re.search(r"\b(curl|wget)\b", command)
    root = stage.root
    if not found or root is None or root.image.registry or "/" in root.image.repository or not root.is_known:
        return None
    name, tag = root.image.name, root.image.tag
    minimal = name in ("debian", "ubuntu", "alpine") or (name in _LANGUAGES and bool(_MINIMAL.search(tag)))
    if not minimal or (found[1] == "wget" and "alpine" in name + tag):  # busybox brings wget
        return None
    installed = any(found[1] in (installs(step.command) or ()) for owner in stage.ancestry for step in owner.steps)
    copied = any(found[1] in source for owner in stage.ancestry for copy in owner.copies for source in copy.sources)
    return None if installed or copied else found[1]


@rule(
    "docker.healthcheck",
    P0,
    on="docker.service",
    category="Docker",
    remedy="add `HEALTHCHECK --interval=30s --timeout=10s CMD ...` to the final stage",
    aliases=("CKV_DOCKER_2", "DS-0026", "DL3057"),
    standards=("CIS Docker 4.6",),
)
def check(stage: Stage) -> Iterator[Finding]:
    """A service image declares a HEALTHCHECK.

    Without one, Docker and Compose take a process that hangs for a healthy one, and nothing restarts it or
    waits for it. Only the final stage and the stages it derives from count.

    ```dockerfile bad
    FROM python:3.12-slim
    CMD ["python", "app.py"]  # <--
    ```
    ```dockerfile bad
    FROM python:3.12-slim
    CMD ["python", "app.py"]
    healthcheck none  # <--
    ```
    ```dockerfile bad
    FROM node:20-slim AS build
    HEALTHCHECK CMD node check.js
    FROM gcr.io/distroless/nodejs20-debian12
    COPY --from=build /app /app
    CMD ["app.js"]  # <--
    ```
    ```dockerfile good
    FROM python:3.12-slim AS base
    HEALTHCHECK --interval=30s --timeout=10s CMD ["python", "check.py"]
    FROM base
    CMD ["python", "app.py"]
    ```
    """
    found = stage.healthcheck
    if found is None:
        head = stage.entrypoint or stage.cmd
        yield stage.finding(
            "no HEALTHCHECK: a process that hangs counts as healthy", at=head.head if head and head in stage.instructions else None
        )
    elif found.disabled:
        yield stage.finding("HEALTHCHECK NONE switches the health check off", at=found.span)
    elif not found.command:
        yield stage.finding("HEALTHCHECK takes NONE, or CMD and a command", at=found.span)
    elif not found.is_exec and stage.root is not None and ("distroless" in stage.root.image.repository or stage.root.is_scratch):
        yield stage.finding(f"the HEALTHCHECK needs a shell and {stage.root.image.text} has none: use the exec form", at=found.span)
    elif program := _absent_program(stage, found.command):
        yield stage.advice(f"the HEALTHCHECK calls {program}, which the image does not seem to install", at=found.span)
