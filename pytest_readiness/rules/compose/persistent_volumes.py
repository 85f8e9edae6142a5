from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service


def keeps_data(service: Service) -> bool:
    return service.file.is_production and bool(service.data_directory)


@rule(
    "compose.persistent-volumes",
    P3,
    on="compose.service",
    when=keeps_data,
    category="Resilience/DR",
    remedy="mount a named volume, declared under the top-level `volumes`, on the data directory",
)
def check(service: Service) -> Iterator[Finding]:
    """Stateful services use named volumes.

    The data of a database without a named volume is in the container or in a volume nobody can name: `docker compose down`
    and the next start comes up empty.

    ```yaml bad
    services:
      db:                                # <--
        image: postgres:17.2
      cache:
        image: redis:7.4.1
        volumes:
          - /data                        # <--
    ```
    ```yaml good
    services:
      db:
        image: postgres:17.2
        volumes:
          - db:/var/lib/postgresql/data
    volumes:
      db:
    ```
    """
    directory = service.data_directory or ""
    vendor = f"/bitnami/{service.image_name}"
    mounts = [mount for mount in service.mounts if _covers(str(mount.target), directory, vendor) or service.mentions(str(mount.target))]
    if any(mount.type == "volume" and mount.source for mount in mounts):
        return
    bound = next((mount for mount in mounts if mount.type == "bind"), None)
    if bound:
        yield service.advice(f"the data is in {bound.source} on the host: its owner, its disk and its backup are the host's", at=bound.span)
    elif mounts:
        what = "in memory" if mounts[0].type == "tmpfs" else "in an anonymous volume"
        yield service.finding(f"the data is {what}: the next `docker compose down` and `up` starts empty", at=mounts[0].span)
    else:
        yield service.finding(f"no named volume on {directory}: the data goes with the container")


def _covers(target: str, *directories: str) -> bool:
    """Whether a mount is the data directory, or above or inside of it."""
    path = target.rstrip("/") + "/"
    return any(path.startswith(f"{directory}/") or f"{directory}/".startswith(path) for directory in directories)
