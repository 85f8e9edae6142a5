"""Nobody logs in to a container."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage


@rule(
    "docker.no-ssh-port",
    P2,
    on="docker.stage",
    when=lambda stage: bool(stage.all("EXPOSE")),
    category="Security & Compliance",
    remedy="remove EXPOSE 22 and the SSH server",
    aliases=("CKV_DOCKER_1", "DS-0004"),
)
def check(stage: Stage) -> Iterator[Finding]:
    """The image does not expose SSH.

    A container with an SSH server is a second way in, with its own keys and its own log. `docker exec` and
    `kubectl exec` need none.

    ```dockerfile bad
    FROM debian:12
    EXPOSE 8080 22/tcp  # <--
    ```
    ```dockerfile good
    FROM debian:12
    EXPOSE 8080 2222/udp
    ```
    """
    for instruction in stage.all("EXPOSE"):
        for word in instruction.words:
            port = stage.known(word.text, instruction)
            if port.partition("/")[0] == "22":
                yield stage.finding("port 22 is exposed: the image seems to run an SSH server", at=instruction.at(word.start, word.end))
