"""Base images are exactly what was tested."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.variables import HOLE

_DIGEST = re.compile(r"sha\d+:[0-9a-f]{32,}")


@rule(
    "docker.base-digest",
    P3,
    on="docker.base",
    category="Docker",
    remedy="add the digest behind the tag, `image:1.2@sha256:...`, and let a bot keep it current",
    aliases=("scorecard:pinned-base-image",),
)
def check(stage: Stage) -> Iterator[Finding]:
    """A base image is pinned by digest.

    A tag can be pushed again, by the publisher or by whoever takes over the account. Only the digest names one image.

    ```dockerfile bad
    FROM python:3.12-slim  # <--
    ```
    ```dockerfile good
    FROM python:3.12-slim@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    ```
    """
    base = stage.base
    if base is None:
        return
    digest = base.image.digest
    if digest and (HOLE in digest or _DIGEST.fullmatch(digest)):
        return
    if not digest:
        base.part(base.image.text)
    what = f"@{digest} is no digest" if digest else "has no digest"
    yield stage.finding(f"{base.image.text} {what}: its tag can be pushed again", at=base.span)
