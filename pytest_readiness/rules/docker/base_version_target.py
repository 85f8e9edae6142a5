"""Base images keep up with the versions a project has agreed on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Unresolved
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage

_TARGET = re.compile(r"(?P<name>[\w./-]+)\s*>=\s*v?(?P<version>\d+(?:\.\d+)*)").fullmatch
_VERSION = re.compile(r"v?(\d+(?:\.\d+)*)")


@rule(
    "docker.base-version-target",
    P2,
    on="docker.base",
    category="Docker",
    remedy="bump FROM to the target version",
    effort="2h",
    needs="targets",
)
def check(stage: Stage, *, targets: tuple[str, ...] = ()) -> Iterator[Finding]:
    """A base image is at or above the project's target version.

    Services on older runtimes lose security updates first and hold every shared library back. Targets are written
    `python>=3.13`; versions are compared number by number, so 3.9 is below 3.13.

    ```dockerfile bad
    FROM python:3.9-slim  # <--
    FROM node:22-alpine
    ```
    ```yaml with readiness.yaml
    options:
      docker.base-version-target:
        targets: [python>=3.13, node>=22]
    ```
    ```dockerfile good
    FROM python:3.13.1-slim
    FROM debian:11
    ```
    ```yaml with readiness.yaml
    options:
      docker.base-version-target:
        targets: [python>=3.13]
    ```
    """
    base = stage.base
    if base is None:
        return
    for target in targets:
        found = _TARGET(target)
        if found is None:
            yield stage.finding(f"the target {target!r} is not like python>=3.13")
        elif found["name"] in (base.part(base.image.name), base.image.repository):
            tag = base.part(base.image.tag)
            version = _VERSION.match(tag)
            if version is None:
                raise Unresolved(f"the tag {tag or 'latest'} of {base.image.name} names no version")
            if _below(version[1], found["version"]):
                yield stage.finding(f"{base.image.name}:{tag} is below the target {target}", base.span)


def _below(version: str, target: str) -> bool:
    """Compared as far as the target goes; a tag that says less, such as ``3``, is the newest of its kind."""
    have, want = ([int(part) for part in text.split(".")] for text in (version, target))
    return have[: len(want)] < want[: len(have)]
