"""Images hold no password hashes."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage


@rule(
    "docker.no-chpasswd",
    P2,
    on="docker.stage",
    when=lambda stage: bool(stage.runs("chpasswd", "passwd", "useradd", "usermod", "adduser")),
    category="Security & Compliance",
    remedy="use users without a password",
    aliases=("CKV2_DOCKER_17",),
)
def check(stage: Stage) -> Iterator[Finding]:
    """The build sets no password of a user.

    Whoever can pull the image has the password, or its hash to try on. Containers need no login.

    ```dockerfile bad
    FROM debian:12
    RUN echo "root:$PASSWORD" | chpasswd  # <--
    ```
    ```dockerfile good
    FROM debian:12
    RUN useradd --uid 1000 app && passwd -l root
    ```
    """
    for step in stage.runs("chpasswd", "passwd", "useradd", "usermod"):
        command = step.command
        if command.name == "chpasswd" or command.option("--stdin", *(("-p", "--password") if command.name != "passwd" else ())):
            yield stage.finding(f"{command.name} sets a password that everybody who pulls the image has", at=step.span)
