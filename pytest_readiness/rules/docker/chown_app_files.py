"""The runtime user can write where it has to."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Copy
from pytest_readiness.formats.dockerfile.format import Stage


def _volumes(stage: Stage) -> list[str]:
    return [word.text.rstrip("/") for owner in stage.ancestry for volume in owner.all("VOLUME") for word in volume.words]


def _target(stage: Stage, copy: Copy) -> str:
    """The absolute path that a COPY writes to; relative ones start at the last WORKDIR before it."""
    destination = copy.destination.text.rstrip("/")
    if destination.startswith("/"):
        return destination
    before = [i for i in stage.instructions[: stage.instructions.index(copy.instruction)] if i.name == "WORKDIR"]
    workdir = before[-1].value.strip().rstrip("/") if before else ""
    return f"{workdir}/{destination.removeprefix('./')}".rstrip("/.")


def _into_volume(stage: Stage) -> list[tuple[Copy, str]]:
    volumes = _volumes(stage)
    targets = [(copy, _target(stage, copy)) for copy in stage.copies]
    return [(copy, t) for copy, t in targets if any(f"{t}/".startswith(f"{volume}/") for volume in volumes if volume)]


@rule(
    "docker.chown-app-files",
    P2,
    on="docker.image",
    when=lambda stage: bool(_into_volume(stage)) and stage.user is not None and not stage.runs_as_root,
    category="Docker",
    remedy="use `COPY --chown=1000:1000` for what the service writes to",
)
def check(stage: Stage) -> Iterator[Finding]:
    """Files copied into a VOLUME belong to the user that writes there.

    COPY makes files of root, whatever USER says: the service starts and fails at its first write. Code that is
    only read may stay with root, which is safer, so only declared volumes are judged.

    ```dockerfile bad
    FROM python:3.12-slim
    VOLUME /data
    COPY seed/ /data/  # <--
    USER 1000
    ```
    ```dockerfile good
    FROM python:3.12-slim
    VOLUME ["/data", "/cache"]
    COPY app.py /app/
    COPY --chown=1000:1000 seed/ /data/
    COPY warm/ /cache/
    RUN chown -R 1000:1000 /cache
    USER 1000
    ```
    """
    chowned = [word for step in stage.runs("chown") for word in step.command.operands[1:]]
    for copy, target in _into_volume(stage):
        later = any(f"{target}/".startswith(f"{path.rstrip('/')}/") for path in chowned)
        if copy.instruction.flag("chown") is None and not later:
            yield stage.finding(f"{target} belongs to root, and the image runs as {stage.user}", at=copy.instruction.head)
