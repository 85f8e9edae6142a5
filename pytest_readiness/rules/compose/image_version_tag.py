from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose import Service


def pulls(service: Service) -> bool:
    return "image" in service.data and not service.builds


@rule(
    "compose.image-version-tag",
    P3,
    on="compose.service",
    when=pulls,
    category="Docker",
    remedy="Use a tag with a version, such as postgres:17.2-alpine",
    aliases=("dclint:service-image-require-explicit-tag",),
)
def check(service: Service) -> Iterator[Finding]:
    """Image tag names a version.

    `alpine`, `stable` and `edge` are tags, and still move from one major version to the next under a running system. A tag
    without a digit names no version; a digest needs none.

    ```yaml bad
    services:
      db:
        image: postgres:alpine      # <--
      web:
        image: nginx:stable         # <--
    ```
    ```yaml good
    services:
      db:
        image: postgres:17.2-alpine
      web:
        image: nginx:stable@sha256:0ed5d5928d4737458944eb604cc8509e245c3e19d02ad83935398bc4b991aac7
    ```
    """
    for image in service.image_references:
        if not image.digest and not re.search(r"[0-9]", image.tag) and service.builder is None:
            what = f"the tag {image.tag}" if image.tag else "no tag"
            yield service.finding(f"{what} names no version: the image changes under the service", at=service.place("image"))
            return
