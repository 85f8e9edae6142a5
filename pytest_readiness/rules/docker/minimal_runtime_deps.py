"""The final image installs what the service needs at run time only."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Healthcheck
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.packages import installs
from pytest_readiness.formats.dockerfile.packages import remaining

_DENIED = (
    "git",
    "curl",
    "wget",
    "vim",
    "nano",
    "emacs",
    "gcc",
    "g++",
    "make",
    "build-essential",
    "build-base",
    "gdb",
    "strace",
    "telnet",
    "sudo",
)


def _needed(stage: Stage) -> str:
    """The texts that the image runs once it is built."""
    check = stage.healthcheck
    texts = [check.command] if isinstance(check, Healthcheck) else []
    return " ".join([*texts, *(i.value for i in (stage.entrypoint, stage.cmd) if i is not None)])


@rule(
    "docker.minimal-runtime-deps",
    P3,
    on="docker.image",
    when=lambda stage: any(installs(step.command) is not None for owner in stage.ancestry for step in owner.steps),
    category="Docker",
    remedy="install it in the build stage, or remove it in the same RUN",
)
def check(stage: Stage, *, denied: tuple[str, ...] = _DENIED) -> Iterator[Finding]:
    """The final image installs no tools that only the build or a person needs.

    Every package in the image has to be patched, and tools that download, compile or debug help an intruder. curl
    and wget may stay where the HEALTHCHECK, CMD or ENTRYPOINT calls them.

    ```dockerfile bad
    FROM debian:12-slim
    RUN apt-get update && apt-get install -y ca-certificates git vim  # <--
    CMD ["/app"]
    ```
    ```dockerfile good
    FROM debian:12-slim
    RUN apt-get update && apt-get install -y ca-certificates curl
    HEALTHCHECK CMD curl -f http://localhost/
    CMD ["/app"]
    ```
    """
    needed = _needed(stage)
    for owner in stage.ancestry:
        for step, package in remaining(owner.steps):
            if (package in denied or package.endswith(("-dev", "-devel"))) and package not in needed:
                word = next((w for w in step.command.arguments if w.text.startswith(package)), None)
                yield stage.finding(
                    f"{package} stays in the final image, which does not need it to run", at=step.at(word) if word else step.span
                )
