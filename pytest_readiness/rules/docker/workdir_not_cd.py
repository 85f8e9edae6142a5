"""Directories are changed where one sees it."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage


@rule(
    "docker.workdir-not-cd",
    P3,
    on="docker.stage",
    when=lambda stage: bool(stage.scripts),
    category="Docker",
    remedy="use WORKDIR",
    aliases=("DS-0013", "DL3003"),
)
def check(stage: Stage) -> Iterator[Finding]:
    """A RUN does not start with cd.

    cd is forgotten at the end of its RUN: alone it does nothing, in front of a chain it does what WORKDIR says better.

    ```dockerfile bad
    FROM nginx:1.27
    RUN cd /usr/share/nginx/html  # <--
    ```
    ```dockerfile good
    FROM nginx:1.27
    WORKDIR /usr/share/nginx/html
    RUN make && (cd docs && make)
    ```
    """
    for script in stage.scripts:
        first = script.commands[0] if script.commands else None
        if first is not None and first.name == "cd" and script.heredoc is None:
            lasting = "does nothing" if len(script.commands) == 1 else "is forgotten at the end of the RUN"
            yield stage.finding(f"cd {' '.join(first.operands)} {lasting}: use WORKDIR", at=script.at(first.start, first.end))
