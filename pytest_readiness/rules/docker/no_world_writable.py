"""Not everybody may change the program."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage

# a sticky bit (1777) as on /tmp is what it is for
_OPEN = re.compile(r"0?[0-7]{2}[2367]|[ugoa]*[ao][ugoa]*[+=][rxX]*w[rwxXst]*")


@rule(
    "docker.no-world-writable",
    P2,
    on="docker.stage",
    when=lambda stage: bool(stage.runs("chmod")) or any(copy.instruction.flag("chmod") for copy in stage.copies),
    category="Security & Compliance",
    remedy="give the user or group that needs it the right",
)
def check(stage: Stage) -> Iterator[Finding]:
    """Nothing is made writable for everybody.

    `chmod 777` lets any process in the container replace the code that the service runs.

    ```dockerfile bad
    FROM debian:12
    COPY --chmod=777 app /app  # <--
    RUN mkdir /data && chmod -R 0777 /data  # <--
    ```
    ```dockerfile good
    FROM debian:12
    COPY --chmod=755 app /app
    RUN chmod 1777 /tmp && chmod g+w /data
    ```
    """
    for step in stage.runs("chmod"):
        mode = next(iter(step.command.operands), "")
        if _OPEN.fullmatch(mode):
            yield stage.finding(f"chmod {mode} lets everybody write", at=step.span)
    for copy in stage.copies:
        flag = copy.instruction.flag("chmod")
        if flag is not None and _OPEN.fullmatch(flag.value):
            yield stage.finding(f"--chmod={flag.value} lets everybody write", at=copy.instruction.at(flag.start, flag.end))
