from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service


def builds(service: Service) -> bool:
    return service.builds


@rule(
    "compose.build-or-image",
    P3,
    on="compose.service",
    when=builds,
    category="Docker",
    remedy="set pull_policy: build, or leave out image where nothing is pushed",
    aliases=("dclint:no-build-and-image",),
)
def check(service: Service) -> Iterator[Finding]:
    """Service that builds its image does not pull one of that name.

    With both `build` and `image`, Compose first looks for the image in the registry and only then builds: whoever owns the name
    there decides what runs. `pull_policy` says which it is.

    ```yaml bad
    services:
      api:
        build: .
        image: backend:1.4.2      # <--
    ```
    ```dockerfile with Dockerfile
    FROM python:3.13.1
    ```
    ```yaml good
    services:
      api:
        build: .
        image: backend:1.4.2
        pull_policy: build
      worker:
        build: .
    ```
    ```dockerfile with Dockerfile
    FROM python:3.13.1
    ```
    """
    if "image" in service.data and "pull_policy" not in service.data:
        yield service.finding(f"{service.data['image']} is looked for in the registry before it is built", at=service.place("image"))
