"""What is copied from an image is known."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Span
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.packages import mounts


def _images(stage: Stage) -> list[tuple[str, Span]]:
    """The images, no stages, that files are copied or mounted from."""
    found = [(c.origin.value, c.instruction.at(c.origin.start, c.origin.end)) for c in stage.copies if c.origin and c.origin.value]
    for run in stage.all("RUN"):
        found += [(options["from"], run.head) for kind in ("bind", "cache") for options in mounts(run, kind) if options.get("from")]
    names = {name.lower() for name in stage.names}
    return [(text, at) for text, at in found if text.lower() not in names and not text.isdecimal() and text != "scratch"]


@rule(
    "docker.copy-from-pinned",
    P1,
    on="docker.stage",
    when=lambda stage: bool(_images(stage)),
    category="Docker",
    remedy="name a version tag, better a digest",
)
def check(stage: Stage) -> Iterator[Finding]:
    """COPY --from of an image names a version of it.

    An image that files are copied from is a dependency like a base image: without a tag it is whatever was pushed last.

    ```dockerfile bad
    FROM python:3.12-slim
    COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/  # <--
    RUN --mount=from=busybox,target=/mnt cp /mnt/bin/sh /bin/sh  # <--
    ```
    ```dockerfile good
    FROM python:3.12-slim AS build
    COPY --from=ghcr.io/astral-sh/uv:0.4.20 /uv /bin/
    FROM python:3.12-slim
    COPY --from=build /app /app
    ```
    """
    for text, at in _images(stage):
        base = stage.image(text, at)
        if base.is_latest:
            yield stage.finding(f"{base.image.text} is whatever was pushed last", at=at)
        elif base.image.is_moving:
            yield stage.advice(f"the tag {base.image.tag} of {base.image.text} moves with every release", at=at)
