"""Kubernetes can verify the user."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage

_ID = re.compile(r"[0-9]{1,10}")


@rule(
    "docker.numeric-uid",
    P2,
    on="docker.image",
    when=lambda stage: stage.user is not None and not stage.runs_as_root,
    category="Docker",
    remedy="use the numeric id, 1000 or above, in USER",
)
def check(stage: Stage, *, minimum: int = 1000) -> Iterator[Finding]:
    """USER is a number, and above those of system users.

    The kubelet cannot tell that a named user is not root: with `runAsNonRoot` and no `runAsUser` the
    container does not start. Ids below 1000 belong to users of the system.

    ```dockerfile bad
    FROM python:3.12-slim
    USER app  # <--
    ```
    ```dockerfile bad
    FROM python:3.12-slim
    USER 33:33  # <--
    ```
    ```dockerfile good
    FROM python:3.12-slim
    USER 65532
    ```
    """
    last = stage.last("USER")
    if last is None or stage.user is None:
        return
    user = str(stage.user)
    if not _ID.fullmatch(user):
        yield stage.finding(f"USER {user} is a name: Kubernetes cannot verify runAsNonRoot", at=last[1].head)
    elif int(user) < minimum:
        yield stage.finding(f"uid {int(user)} is below {minimum}, where system users live", at=last[1].head)
