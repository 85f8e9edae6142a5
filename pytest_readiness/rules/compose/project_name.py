from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import File


def is_run_by_itself(file: File) -> bool:
    return file.is_production and file.stands_alone


@rule(
    "compose.project-name",
    P3,
    on="compose.file",
    when=is_run_by_itself,
    category="Resilience/DR",
    remedy="set the top-level name",
    aliases=("dclint:require-project-name-field",),
    effort="5m",
)
def check(file: File) -> Iterator[Finding]:
    """Compose project has a name of its own.

    Without `name` the directory decides: in another checkout the named volumes are other volumes, and the database comes up
    empty. COMPOSE_PROJECT_NAME in the `.env` file beside it counts.

    ```yaml bad
    services:              # <--
      db: {image: "postgres:17.2"}
    ```
    ```yaml good
    name: shop
    services:
      db: {image: "postgres:17.2"}
    ```
    """
    if "name" not in file.unit.data and "COMPOSE_PROJECT_NAME" not in file.unit.variables:
        yield file.finding("no name: the directory names the project, and with it the volumes and networks")
