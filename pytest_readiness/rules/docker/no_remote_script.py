"""No code runs that nobody has seen."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile import Stage
from pytest_readiness.formats.dockerfile_downloads import downloads
from pytest_readiness.formats.dockerfile_downloads import piped
from pytest_readiness.formats.dockerfile_downloads import saved


@rule(
    "docker.no-remote-script",
    P1,
    on="docker.stage",
    when=downloads,
    category="Security & Compliance",
    remedy="download it, verify its checksum, then run it",
)
def check(stage: Stage) -> Iterator[Finding]:
    r"""No script runs straight from the network.

    Whoever controls the server, or the name it had, runs commands in the build. Download a version, verify its checksum or
    signature, then run it.

    ```dockerfile bad
    FROM debian:12
    RUN apt-get update && \
        curl -fsSL https://example.com/install.sh | bash -s -- -y  # <--
    RUN bash <(wget -qO- https://example.com/install.sh)  # <--
    RUN curl -fsSLo /tmp/i.sh https://example.com/i.sh && sh /tmp/i.sh  # <--
    ```
    ```dockerfile good
    FROM debian:12
    RUN curl -fsSL https://example.com/data.tar.gz | tar xz
    RUN curl -fsSLo i.sh https://example.com/i.sh && echo "0123  i.sh" | sha256sum -c && sh i.sh
    ```
    """
    yield from (
        stage.finding(f"{what}: whoever controls the server runs commands in the build", at=step.span) for what, step in piped(stage)
    )
    yield from (stage.finding(f"{what}, and nothing verifies it", at=step.span) for what, step in saved(stage))
