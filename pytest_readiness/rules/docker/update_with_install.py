"""Package lists are as fresh as the install."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.format import Step
from pytest_readiness.formats.dockerfile.packages import APT
from pytest_readiness.formats.dockerfile.packages import DNF

_REFRESH = {
    **dict.fromkeys((*APT, "apk"), ("update",)),
    **dict.fromkeys(DNF, ("makecache", "check-update")),
    "zypper": ("refresh", "ref"),
}
_USES = re.compile(r"\b(install|add|upgrade|full-upgrade|dist-upgrade|build-dep|in|dup|download)\b|\.sh\b|\$")


def _is_update(step: Step) -> bool:
    return step.command.operands[:1] != () and step.command.operands[0] in _REFRESH.get(step.command.name, ())


@rule(
    "docker.update-with-install",
    P2,
    on="docker.stage",
    when=lambda stage: any(_is_update(step) for step in stage.steps),
    category="Docker",
    remedy="join update and install with && in one RUN",
    aliases=("CKV_DOCKER_5", "DS-0017"),
    standards=("CIS Docker 4.7",),
)
def check(stage: Stage) -> Iterator[Finding]:
    """Package lists are updated in the RUN that installs.

    Docker keeps the layer of an update for as long as its line does not change: months later the install runs with
    lists of packages that are gone, or installs what has been fixed since.

    ```dockerfile bad
    FROM debian:12
    RUN apt-get update  # <--
    RUN apt-get install -y curl
    ```
    ```dockerfile good
    FROM debian:12
    RUN apt-get update && apt-get install -y curl
    ```
    """
    steps = stage.steps
    uses = (index for index, step in enumerate(steps) if _USES.search(" ".join(word.text for word in step.command.words)))
    last_use = {steps[index].instruction.line: index for index in uses}
    for index, step in enumerate(steps):
        if _is_update(step) and last_use.get(step.instruction.line, -1) <= index:
            yield stage.finding(
                f"{step.command.name} {step.command.operands[0]} in a RUN of its own is cached and soon out of date", at=step.span
            )
