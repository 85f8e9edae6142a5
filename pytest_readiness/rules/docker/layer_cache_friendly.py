"""A change of the code does not install everything again."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Instruction
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.format import Step
from pytest_readiness.formats.dockerfile.packages import mounts

_INSTALLS = {
    "npm": ("ci", "install", "i"),
    "pnpm": ("install", "i", "fetch"),
    "yarn": ("install",),
    "bundle": ("install",),
    "composer": ("install",),
    "poetry": ("install",),
    "uv": ("sync",),
    "pipenv": ("install", "sync"),
    "dotnet": ("restore",),
}


def _is_install(step: Step) -> bool:
    """Whether the step installs what a manifest of the project lists."""
    command = step.command
    name, operands = command.name, command.operands
    if name in _INSTALLS:
        return operands[:1] != () and operands[0] in _INSTALLS[name] and not operands[1:] and not command.option("-g", "--global")
    if name == "go":
        return operands[:2] == ("mod", "download")
    pip = name.startswith("pip") or operands[:2] == ("pip", "install") or (name.startswith("python") and "pip" in operands)
    return pip and "install" in operands and command.option("-r", "--requirement") is not None


def _installs(stage: Stage) -> list[Instruction]:
    return [step.instruction for step in stage.steps if _is_install(step) and not any(mounts(step.instruction, "cache"))]


@rule(
    "docker.layer-cache-friendly",
    P3,
    on="docker.stage",
    when=lambda stage: bool(_installs(stage)),
    category="Performance",
    remedy="copy the manifests first, install, then copy the source",
)
def check(stage: Stage) -> Iterator[Finding]:
    """Dependencies are installed before the source tree is copied.

    A layer is built again when anything before it changes: behind `COPY . .` every change of the code downloads
    all dependencies again. A cache mount on the install does as well.

    ```dockerfile bad
    FROM node:20-slim
    WORKDIR /app
    COPY . .  # <--
    RUN npm ci
    ```
    ```dockerfile good
    FROM node:20-slim
    WORKDIR /app
    COPY package.json package-lock.json ./
    RUN npm ci
    COPY . .
    ```
    """
    order = {id(instruction): number for number, instruction in enumerate(stage.instructions)}
    first = order[id(_installs(stage)[0])]
    for copy in stage.copies:
        if copy.is_everything and order[id(copy.instruction)] < first:
            yield stage.finding(
                f"the whole source is copied before line {stage.instructions[first].line} installs the dependencies:"
                " every change of the code installs them again",
                at=copy.instruction.head,
            )
            return
