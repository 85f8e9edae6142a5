"""No code runs that nobody has seen."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.format import Step
from pytest_readiness.formats.downloads import downloads
from pytest_readiness.formats.downloads import piped
from pytest_readiness.formats.downloads import saved
from pytest_readiness.formats.downloads import substituted


@rule(
    "docker.no-remote-script",
    P1,
    on="docker.stage",
    when=lambda stage: downloads(step.command for step in stage.steps),
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
    for what, step in _run_at_once(stage):
        yield stage.finding(f"{what}: whoever controls the server runs commands in the build", at=step.span)
    steps = {id(step.command): step for step in stage.steps}
    for path, fetch, _ in saved(step.command for step in stage.steps):
        yield stage.finding(f"{path} is downloaded and run, and nothing verifies it", at=steps[id(fetch)].span)


def _run_at_once(stage: Stage) -> Iterator[tuple[str, Step]]:
    for script in stage.scripts:
        for fetch, target in piped(script.commands):
            yield f"the output of {fetch.name} is piped into {target.name}", Step(fetch, script)
        for fetch, target in substituted(script.commands):
            yield f"{target.name} runs the output of {fetch.name}", Step(target, script)
