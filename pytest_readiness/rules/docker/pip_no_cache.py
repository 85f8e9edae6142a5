"""pip leaves no cache in the image."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.format import Step
from pytest_readiness.formats.dockerfile.packages import keeps_cache


def _tool(step: Step) -> str | None:
    """``pip`` or ``uv`` where the step installs Python packages with it."""
    command = step.command
    words = [word.text for word in command.arguments]
    name = command.name
    if name.startswith("python") and words[:2] == ["-m", "pip"]:
        name, words = "pip", words[2:]
    elif name == "uv" and words[:1] == ["pip"]:
        words = words[1:]
    if name == "uv":
        return "uv" if words[:1] in (["install"], ["sync"]) else None
    return "pip" if name.startswith("pip") and name[3:].replace(".", "").isdigit() | (name == "pip") and "install" in words else None


_VARIABLES = {"pip": "PIP_NO_CACHE_DIR", "uv": "UV_NO_CACHE"}


def _spared(stage: Stage, tool: str) -> set[int]:
    """The lines of the RUNs that switch the cache off by a variable or remove it themselves."""
    removed = {s.instruction.line for s in stage.steps if s.command.name == "rm" and any(".cache" in word for word in s.command.operands)}
    exported = (s for s in stage.steps if any(name == _VARIABLES[tool] for name, _, _ in s.command.variables()))
    return removed.union(step.instruction.line for step in exported)


def _is_uncached(stage: Stage, step: Step, tool: str) -> bool:
    command, run = step.command, step.instruction
    if command.option("--no-cache-dir", "--no-cache", "-n" if tool == "uv" else "--no-cache-dir") or keeps_cache(
        run, "pip", "uv", ".cache"
    ):
        return True
    return stage.variables(run).get(_VARIABLES[tool]) is not None


@rule(
    "docker.pip-no-cache",
    P3,
    on="docker.image",
    when=lambda stage: any(_tool(step) for owner in stage.ancestry for step in owner.steps),
    category="Docker",
    remedy="add `--no-cache-dir`, or mount the cache with `RUN --mount=type=cache,target=/root/.cache/pip`",
    aliases=("DL3042",),
)
def check(stage: Stage) -> Iterator[Finding]:
    r"""Python packages are installed without leaving a cache in the layer.

    pip keeps every wheel it downloads below ~/.cache, where nobody will ever use it again. Stages that the final
    one only copies from do not count.

    ```dockerfile bad
    FROM python:3.12-slim
    RUN pip install --no-cache-dir --upgrade pip && \
        python -m pip install -r requirements.txt  # <--
    ```
    ```dockerfile bad
    FROM python:3.12-slim
    RUN pip install flask  # <--
    ```
    ```dockerfile good
    FROM python:3.12-slim AS build
    RUN pip install build
    FROM python:3.12-slim
    RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt
    ENV PIP_NO_CACHE_DIR=1
    RUN pip install flask
    ```
    """
    for owner in stage.ancestry:
        spared = {tool: _spared(owner, tool) for tool in _VARIABLES}
        for step in owner.steps:
            tool = _tool(step)
            if tool and step.instruction.line not in spared[tool] and not _is_uncached(owner, step, tool):
                flag = "--no-cache" if tool == "uv" else "--no-cache-dir"
                yield stage.finding(f"{tool} without {flag} leaves its cache in the layer", at=step.span)
