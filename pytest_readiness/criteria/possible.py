"""Whether a resource of a kind can have something at a path, known before any is seen."""

from __future__ import annotations

from ..formats import kinds as known_kinds
from .mistakes import hint
from .paths import Every
from .paths import Key
from .paths import Path
from .paths import Where


def impossible(path: Path, kind: str, each: Path | None) -> str:
    """Why no document of a kind has something at a path; empty where one may."""
    if kind not in known_kinds.KINDS:
        return ""
    if path.fact:
        facts = known_kinds.class_of(kind).facts()
        if path.fact in facts:
            return ""
        return f"nothing is known as ${path.fact} of a {kind} ({hint(f'${path.fact}', (f'${name}' for name in facts))})"
    if kind == "repo":
        return f"the repository has no data, so there is nothing at {path.text!r}: ask for files or satisfied_by"
    if each is not None and each.fact:
        return ""
    keys = known_kinds.KEYS.get(kind, known_kinds.ANY)
    for step in (*(each.steps if each else ()), *path.steps):
        if isinstance(step, Key) and keys:
            if step.name not in keys and "*" not in keys:
                return _no_key(step.name, kind, path, keys)
            keys = keys.get(step.name, keys.get("*", known_kinds.ANY))
        elif isinstance(step, Every) and "*" in keys:
            keys = keys["*"]
        elif isinstance(step, Where) and keys and step.name not in keys and "*" not in keys:
            return _no_key(step.name, kind, path, keys)
    return ""


def _no_key(name: str, kind: str, path: Path, keys: known_kinds.Keys) -> str:
    others = [other for other, tree in known_kinds.KEYS.items() if other.partition(".")[0] == kind.partition(".")[0] and name in tree]
    elsewhere = f"; {' and '.join(others[:2])} have" if others else ""
    return f"no {kind} has {name!r}, so nothing is at {path.text!r} ({hint(name, keys)}{elsewhere})"
