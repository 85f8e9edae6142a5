"""Small images hold little to attack."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Base
from pytest_readiness.formats.dockerfile.format import Stage

_SLIM = re.compile(r"slim|alpine|distroless|chiseled|(^|[-/])(micro|minimal|static|busybox|wolfi)")
_DISTROLESS = re.compile(r"distroless|chiseled|chainguard|(^|[-/])(micro|static)")
_FULL = frozenset(
    [
        "python",
        "node",
        "ruby",
        "php",
        "golang",
        "rust",
        "openjdk",
        "eclipse-temurin",
        "amazoncorretto",
        "maven",
        "gradle",
        "perl",
        "elixir",
        "erlang",
        "swift",
        "haskell",
        "ubuntu",
        "debian",
        "centos",
        "fedora",
        "rockylinux",
        "almalinux",
        "amazonlinux",
        "oraclelinux",
        "archlinux",
        "opensuse",
    ]
)


def _is_small(base: Base, level: str) -> bool:
    image = base.image
    if base.is_scratch or image.registry == "cgr.dev":
        return True
    return bool((_DISTROLESS if level == "distroless" else _SLIM).search(f"{image.repository}:{image.tag}"))


def _is_judged(stage: Stage) -> bool:
    """Images of which it is known that they are small, or that a small one exists."""
    root = stage.root
    official = root is not None and (
        not root.image.registry or root.image.registry.endswith(("docker.io", "public.ecr.aws", "mirror.gcr.io"))
    )
    return root is not None and (_is_small(root, "slim") or (official and root.image.name in _FULL))


@rule(
    "docker.minimal-base",
    P3,
    on="docker.image",
    when=_is_judged,
    category="Docker",
    remedy="base the final stage on a -slim, alpine or distroless image",
    effort="2h",
)
def check(stage: Stage, *, level: str = "slim") -> Iterator[Finding]:
    """The final image is based on a small image.

    A full distribution brings compilers, shells and hundreds of packages that the service never uses but
    that have to be patched. With `level = "distroless"` only images without a shell will do.

    ```dockerfile bad
    FROM golang:1.23 AS build
    RUN go build -o /app .
    FROM ubuntu:24.04  # <--
    COPY --from=build /app /app
    ```
    ```dockerfile good
    FROM golang:1.23 AS build
    RUN go build -o /app .
    FROM gcr.io/distroless/static-debian12:nonroot
    COPY --from=build /app /app
    ```
    """
    root = stage.root
    if root is not None and not _is_small(root, level):
        root.part(f"{root.image.repository}:{root.image.tag}")
        yield stage.finding(f"{root.image.text} is a full image: use a slim, alpine or distroless one at run time", at=root.span)
