"""apt installs what was asked for."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.format import Step
from pytest_readiness.formats.dockerfile.packages import installs


def _installs(stage: Stage) -> list[Step]:
    return [step for step in stage.runs("apt-get", "apt") if installs(step.command)]


def _texts(stage: Stage) -> list[str]:
    return [text for run in stage.all("RUN") for text in (run.value, *(heredoc.text for heredoc in run.heredocs))]


@rule(
    "docker.apt-no-recommends",
    P3,
    on="docker.image",
    when=lambda stage: any(_installs(owner) for owner in stage.ancestry),
    category="Docker",
    remedy="add `--no-install-recommends`",
    aliases=("DL3015", "DS-0029"),
)
def check(stage: Stage) -> Iterator[Finding]:
    r"""apt-get install leaves recommended packages out.

    Recommended packages are often most of what is installed: a larger image with more to patch. Stages that the
    final one only copies from do not count.

    ```dockerfile bad
    FROM debian:12
    RUN apt-get update && \
        apt-get install -y curl  # <--
    ```
    ```dockerfile good
    FROM debian:12
    RUN apt-get update && apt-get install -y --no-install-recommends curl
    ```
    """
    for owner in stage.ancestry:
        configured = any("Install-Recommends" in text for text in _texts(owner))
        for step in () if configured else _installs(owner):
            command = step.command
            if not command.option("--no-install-recommends") and not any("Install-Recommends" in word.text for word in command.arguments):
                yield stage.finding(f"{command.name} install without --no-install-recommends installs more than is named", at=step.span)
