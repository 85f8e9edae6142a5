"""yum, dnf and zypper leave no cache in the image."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Command
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.format import Step
from pytest_readiness.formats.dockerfile.packages import DNF
from pytest_readiness.formats.dockerfile.packages import keeps_cache

_MANAGERS = (*DNF, "zypper")
_VERBS = ("install", "in", "update", "upgrade", "up", "groupinstall", "localinstall", "reinstall")


def _installs(stage: Stage) -> list[Step]:
    return [step for step in stage.runs(*_MANAGERS) if step.command.operands[:1] and step.command.operands[0] in _VERBS]


def _cleans(command: Command) -> bool:
    if command.name == "rm":
        return any("/var/cache" in path for path in command.operands)
    return command.name in _MANAGERS and command.operands[:1] in (("clean",), ("cc",))


@rule(
    "docker.rpm-clean",
    P3,
    on="docker.image",
    when=lambda stage: any(_installs(owner) for owner in stage.ancestry),
    category="Docker",
    remedy="end the RUN with `dnf clean all`, `yum clean all` or `zypper clean`",
    aliases=("DS-0015", "DS-0019", "DS-0020", "DL3032", "DL3036", "DL3040"),
)
def check(stage: Stage) -> Iterator[Finding]:
    """The layer that installs with yum, dnf or zypper cleans up.

    Metadata and packages stay below /var/cache, in the layer of the install, whatever later layers remove.

    ```dockerfile bad
    FROM fedora:41
    RUN dnf install -y curl  # <--
    RUN dnf clean all
    ```
    ```dockerfile good
    FROM fedora:41
    RUN dnf install -y curl && dnf clean all
    ```
    """
    for owner in stage.ancestry:
        for step in _installs(owner):
            if keeps_cache(step.instruction, "/var/cache", "/var/lib/dnf"):
                continue
            beside = [other.command for other in owner.steps if other.instruction is step.instruction]
            if not any(_cleans(command) for command in beside):
                yield stage.finding(f"{step.command.name} leaves its cache in the layer", at=step.span)
