"""What services refer to: other services, networks, volumes, secrets and configs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ...model import Span
from ...syntax.yaml import Mapping
from ...syntax.yaml import get
from ..interpolation import resolved
from .merge import colons


def defined(data: Mapping, kind: str) -> Any:
    """The names of a kind that a file defines."""
    found = data.get(f"{kind}s")
    return found if isinstance(found, Mapping) else ()


def references(data: Mapping, names: tuple[str, ...], variables: dict[str, str]) -> Iterator[tuple[str, str, Span]]:
    """What the named services refer to: (service | network | volume | secret | config, name, place)."""
    for name in names:
        service = data["services"].get(name)
        for kind, node, place in _references(service) if isinstance(service, Mapping) else ():
            found = resolved(node, variables)
            if isinstance(found, str) and found:
                yield kind, found, place


def _references(service: Mapping) -> Iterator[tuple[str, Any, Span]]:
    for key in service.get("depends_on") or ():
        details = service["depends_on"][key]
        if get(details, "required", default=True) is not False:
            yield "service", key, service["depends_on"].entry(key)
    for key in service.get("networks") or ():
        if key != "default":
            yield "network", key, service["networks"].entry(key)
    for index, item in enumerate(service.get("links") or ()):
        yield "service", str(item).partition(":")[0], service["links"].item(index)
    for index, item in enumerate(service.get("volumes_from") or ()):
        if not str(item).startswith("container:"):
            yield "service", str(item).partition(":")[0], service["volumes_from"].item(index)
    for key in ("network_mode", "pid", "ipc"):
        if str(service.get(key)).startswith("service:"):
            yield "service", str(service[key]).partition(":")[2], service.entry(key)
    for index, item in enumerate(service.get("volumes") or ()):
        if isinstance(item, Mapping):
            named = item.get("source") if item.get("type") == "volume" else None
        else:
            parts = colons(str(item))
            named = (
                parts[0] if len(parts) > 1 and re.match(r"[A-Za-z0-9]", parts[0]) and not re.match(r"[A-Za-z]:|.*[/\\]", parts[0]) else None
            )
        if named is not None:
            yield "volume", named, service["volumes"].item(index)
    for key in ("secrets", "configs"):
        for index, item in enumerate(service.get(key) or ()):
            yield key[:-1], item.get("source") if isinstance(item, Mapping) else item, service[key].item(index)
