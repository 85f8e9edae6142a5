"""A variable has the value one reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage

_USE = re.compile(r"(?<!\\)\$\{?([A-Za-z_]\w*)")


@rule(
    "docker.env-self-reference",
    P3,
    on="docker.stage",
    when=lambda stage: any(len(env.pairs) > 1 for env in stage.all("ENV")),
    category="Docker",
    remedy="set the first variable in an ENV of its own",
    aliases=("DL3044",),
    effort="5m",
)
def check(stage: Stage) -> Iterator[Finding]:
    """ENV does not use a variable that it sets itself.

    All values of one ENV are computed from what was set before it: the variable still has its old value, or none.

    ```dockerfile bad
    FROM alpine:3.20
    ENV HOME=/srv BIN=$HOME/bin  # <--
    ```
    ```dockerfile good
    FROM alpine:3.20
    ENV HOME=/srv
    ENV BIN=$HOME/bin PATH=$HOME/bin:$PATH
    ```
    """
    for instruction in stage.all("ENV"):
        pairs = instruction.pairs
        for index, pair in enumerate(pairs):
            for name in {other.key for other in pairs[:index]}.intersection(_USE.findall(pair.value or "")):
                yield stage.finding(f"{pair.key} uses ${name} as it was before this ENV", at=instruction.at(pair.start, pair.end))
