"""Reading objects of a cluster, of which any part may be anything."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from ...formats.kubernetes.objects import dig
from ...text import brief
from ..entries import Entry
from ..measure import Judged
from .client import Client
from .client import Item
from .client import Refused

LARGEST = 2**63  # what an API server can say


def text(item: Any, *keys: str) -> str:
    """A text, empty where there is none."""
    found = dig(item, *keys)
    return found if isinstance(found, str) else ""


def number(item: Item, *keys: str, otherwise: int = 0) -> int:
    """A whole number; raises `Refused` where there is something else."""
    found = dig(item, *keys)
    if found is None:
        return otherwise
    if isinstance(found, str) and found.isascii() and found.isdigit():  # Argo writes its generations as text
        found = int(found[:18])
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < LARGEST:
        raise Refused(f"{'.'.join(keys)} of {called(item)} is {brief(repr(found), 60)}, which is not a number of anything")
    return found


def called(item: Item) -> str:
    """``Deployment/web/api``."""
    parts = (text(item, "kind"), text(item, "metadata", "namespace"), text(item, "metadata", "name"))
    return brief("/".join(filter(None, parts)), 160)


def condition(item: Item, type: str) -> dict[str, Any]:
    """A condition of an object by its type, empty where it has none."""
    listed = dig(item, "status", "conditions")
    found = (one for one in (listed if isinstance(listed, list) else ()) if isinstance(one, dict) and one.get("type") == type)
    return next(found, {})


def told(*parts: object) -> str:
    """What a controller says, short."""
    return brief(": ".join(str(part) for part in parts if part), 160)


def nothing(entry: Entry, what: str) -> Judged:
    """There is nothing that could be judged, which fails unless that is accepted."""
    accepted = entry.body.get("on_no_data")
    if isinstance(accepted, Mapping):
        return Judged(unknown=f"no data, which is accepted: {accepted['skip']}")
    return Judged((f"no data: {what}",))


def namespaces(entry: Entry, client: Client, usual: str = "") -> tuple[str, ...]:
    """Where a check looks: its own ``namespace``, else what is usual for what it asks, else the target's."""
    written = entry.body.get("namespace", usual or client.namespace)
    return (written,) if isinstance(written, str) else tuple(dict.fromkeys(written))


def listed(resource: str, places: Iterable[str], client: Client) -> list[Item]:
    """The objects of a kind in some namespaces."""
    return [item for place in places for item in client.list(resource, place)]


def chosen(key: str, resource: str, kind: str, entry: Entry, client: Client, *, usual: str = "") -> tuple[list[Item], list[str]]:
    """The objects that a key names (``name`` or ``namespace/name``), or ``all`` there are; and what is wrong: that there is none of a name."""
    where = namespaces(entry, client, usual)
    if entry.body[key] == "all":
        return listed(resource, where, client), []
    kept: dict[str, Item] = {}
    missing: list[str] = []
    for name in entry.body[key]:
        place, _, plain = name.rpartition("/")
        hits = [item for item in listed(resource, (place,) if place else where, client) if text(item, "metadata", "name") == plain]
        kept |= {called(item): item for item in hits}
        missing += [] if hits else [f"there is no {kind} {name}"]
    return list(kept.values()), missing
