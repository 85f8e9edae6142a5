"""What builds the service does not ship with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.format import Step
from pytest_readiness.formats.dockerfile.packages import remaining

_TOOLCHAIN = re.compile(
    r"gcc(-\d+)?|g\+\+(-\d+)?|clang(-\d+)?|make|cmake|build-essential|build-base|cargo|rustc?|golang(-go)?|maven|gradle|.+-dev(el)?"
)
_BUILDS = {
    "go": ("build", "install"),
    "cargo": ("build", "install"),
    "mvn": ("package", "install", "verify"),
    "gradle": ("build", "bootJar"),
    "dotnet": ("publish", "build"),
}


def _builds(stage: Stage, step: Step) -> str | None:
    """What a step leaves in the image that is only needed to build, other than packages."""
    command = step.command
    name, operands = command.name, command.operands
    if name in _BUILDS and operands and operands[0] in _BUILDS[name]:
        return f"{name} {operands[0]}"
    if name.startswith("docker-php-ext-install"):
        return name
    if name not in ("npm", "pnpm", "yarn") or operands[:1] not in ((), ("ci",), ("install",), ("i",)) or (name == "npm" and not operands):
        return None
    if command.option("-g", "--global", "--version") or operands[1:] or "NODE_ENV" in dict(pair[:2] for pair in command.variables()):
        return None
    production = command.option("--production", "--prod", "-P", "--only") or "dev" in [
        o.partition("=")[2] for o in _options(step, "--omit")
    ]
    if production or stage.variables(step.instruction).get("NODE_ENV") is not None:
        return None
    return f"{name} {operands[0] if operands else 'install'} with development dependencies"


def _options(step: Step, name: str) -> list[str]:
    words = [word.text for word in step.command.arguments]
    return [
        f"{word}={words[n + 1]}" if word == name and n + 1 < len(words) else word for n, word in enumerate(words) if word.startswith(name)
    ]


@rule(
    "docker.multi-stage",
    P2,
    on="docker.image",
    category="Docker",
    remedy="build in a stage of its own and copy the result with `COPY --from=`",
    effort="2h",
)
def check(stage: Stage) -> Iterator[Finding]:
    """The final image holds no build tools.

    Compilers, headers and development dependencies make the image large and give an intruder a workshop.
    What the final stage derives from by FROM counts, what it copies from with `COPY --from=` does not.

    ```dockerfile bad
    FROM python:3.12-slim AS builder
    RUN apt-get update && apt-get install -y gcc libpq-dev  # <--
    FROM builder
    CMD ["python", "app.py"]
    ```
    ```dockerfile bad
    FROM node:20-alpine
    RUN npm ci  # <--
    CMD ["node", "app.js"]
    ```
    ```dockerfile good
    FROM node:20-alpine AS build
    RUN npm ci && npm run build
    FROM node:20-alpine
    COPY --from=build /app/dist /app
    RUN npm ci --omit=dev
    CMD ["node", "/app/app.js"]
    ```
    ```dockerfile good
    FROM alpine:3.20
    RUN apk add --virtual .build gcc musl-dev && make && apk del .build
    ```
    """
    for owner in stage.ancestry:
        tools: dict[Step, list[str]] = {}
        for step, package in remaining(owner.steps):
            if _TOOLCHAIN.fullmatch(package):
                tools.setdefault(step, []).append(package)
        for step, packages in tools.items():
            yield stage.finding(f"the final image keeps {', '.join(packages)}, which only the build needs", at=step.span)
        for step in owner.steps:
            if what := _builds(owner, step):
                yield stage.finding(f"{what} in the final image: the build tools stay in it", at=step.span)
