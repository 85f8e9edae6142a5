from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service


def pulls(service: Service) -> bool:
    return "image" in service.data and not service.builds


@rule(
    "compose.image-not-latest",
    P1,
    on="compose.service",
    when=pulls,
    category="Docker",
    remedy="pin the image to a version, better to a digest",
    aliases=("dclint:service-image-require-explicit-tag",),
)
def check(service: Service) -> Iterator[Finding]:
    """Compose image is pinned.

    `latest` is whatever was pushed last: two hosts run different programs, a restart is an upgrade, and there is no way back.
    A default of `${TAG:-latest}` counts, because it is what runs wherever TAG is forgotten.

    ```yaml bad
    services:
      web:
        image: nginx:latest                # <--
      api:
        image: registry:5000/api           # <--
      worker:
        image: worker:${TAG:-latest}       # <--
    ```
    ```yaml good
    services:
      web:
        image: nginx:1.27.3
      api:
        image: api@sha256:0ed5d5928d4737458944eb604cc8509e245c3e19d02ad83935398bc4b991aac7
      worker:
        image: worker:${TAG:-1.4.2}
    ```
    """
    place = service.place("image")
    for image in service.image_references:
        tag = f"tag {image.tag}" if image.tag else "no tag"
        if image.is_latest and service.builder is not None:
            yield service.advice(f"{service.written_image} is built by {service.builder.label}, and has {tag}", at=place)
        elif image.is_latest:
            yield service.finding(f"{service.written_image} has {tag}: what runs is whatever was pushed last", at=place)
            return
        elif image.is_moving:
            yield service.advice(f"{service.written_image} is a moving tag: what runs changes under it", at=place)
            return
