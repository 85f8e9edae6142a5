from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import File


@rule(
    "compose.no-version-field",
    P3,
    on="compose.file",
    category="Docker",
    remedy="delete the line",
    aliases=("dclint:no-version-field",),
    effort="5m",
)
def check(file: File) -> Iterator[Finding]:
    """Compose file has no version field.

    `version` is obsolete: Compose ignores it, warns on every command, and readers believe that it decides something.

    ```yaml bad
    version: "3.8"       # <--
    services:
      api: {image: "api:1.4.2"}
    ```
    ```yaml good
    services:
      api: {image: "api:1.4.2"}
    ```
    """
    if "version" in file.own:
        yield file.finding(f"version: {file.own['version']} is obsolete and ignored", at=file.own.entry("version"))
