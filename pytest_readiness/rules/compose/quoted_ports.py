from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Port


def is_short(port: Port) -> bool:
    return not port.is_long


@rule(
    "compose.quoted-ports",
    P3,
    on="compose.port",
    when=is_short,
    category="Docker",
    remedy="put the mapping in quotes",
    aliases=("dclint:require-quotes-in-ports",),
    effort="5m",
)
def check(port: Port, project: Project) -> Iterator[Finding]:
    """Port mappings are quoted.

    YAML 1.1 reads digits with colons as a number to the base of sixty: an unquoted `22:22` is 1342 to many tools.

    ```yaml bad
    services:
      git:
        image: git:2.47.1
        ports:
          - 22:22        # <--
          - 8080:80      # <--
    ```
    ```yaml good
    services:
      git:
        image: git:2.47.1
        ports:
          - "22:22"
          - 127.0.0.1:8080:80
    ```
    """
    if not re.fullmatch(r"[0-9]+(?::[0-9]+)*", port.written) or port.is_quoted(project):
        return
    numbers = [int(part) if len(part) < 10 else 60 for part in port.written.split(":")]
    if len(numbers) > 1 and all(number < 60 for number in numbers[1:]):
        total = 0
        for number in numbers:
            total = total * 60 + number
        yield port.finding(f"unquoted: YAML 1.1 reads {port.written} as the number {total}", at=port.place)
    else:
        yield port.finding(f"{port.written} is unquoted: with a number below 60 YAML 1.1 would read another port", at=port.place)
