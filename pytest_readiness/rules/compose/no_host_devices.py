from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service


def uses_devices(service: Service) -> bool:
    return bool(service.data.get("devices"))


@rule(
    "compose.no-host-devices",
    P2,
    on="compose.service",
    when=uses_devices,
    category="Security & Compliance",
    remedy="remove the device, or name it in the option allow once it has been reviewed",
    standards=("CIS Docker 5.17 (v1.5)",),
    effort="1h",
)
def check(service: Service, *, allow: tuple[str, ...] = ("/dev/null", "/dev/zero", "/dev/urandom")) -> Iterator[Finding]:
    """Service has no device of the host.

    A device is the host's hardware without the kernel's file permissions: a disk can be read whole.

    ```yaml bad
    services:
      backup:
        image: backup:3.0.1
        devices:
          - /dev/sda:/dev/sda    # <--
    ```
    ```yaml good
    services:
      model:
        image: model:3.0.1
        devices:
          - nvidia.com/gpu=all
    ```
    """
    for item, place in service.items("devices"):
        source = str(item.get("source", "")) if isinstance(item, dict) else str(item).partition(":")[0]
        if source.startswith("/") and source not in allow:
            yield service.finding(f"the host's {source} is exposed", at=place)
