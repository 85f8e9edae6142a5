"""One tool to download is enough."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage


@rule(
    "docker.one-downloader",
    P3,
    on="docker.stage",
    when=lambda stage: bool(stage.runs("curl", "wget")),
    category="Docker",
    remedy="use one of the two throughout",
    aliases=("DS-0014", "DL4001"),
)
def check(stage: Stage) -> Iterator[Finding]:
    """The stage uses curl or wget, not both.

    Each is one more program, with its libraries and its faults, in the image.

    ```dockerfile bad
    FROM debian:12
    RUN curl -fsSLo /a https://example.com/a
    RUN wget https://example.com/b  # <--
    ```
    ```dockerfile good
    FROM debian:12
    RUN curl -fsSLo /a https://example.com/a
    RUN curl -fsSLo /b https://example.com/b
    ```
    """
    used = stage.runs("curl", "wget")
    other = next((step for step in used if step.command.name != used[0].command.name), None)
    if other is not None:
        yield stage.finding(f"{other.command.name} beside {used[0].command.name}: one of them is enough", at=other.span)
