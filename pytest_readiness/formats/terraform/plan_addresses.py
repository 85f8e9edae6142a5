"""Addresses in plans: the modules that lead to a resource, and the keys of instances."""

from __future__ import annotations

import re

KEY = r"\[(?:[0-9]+|\"(?:[^\"\\]|\\.)*\")\]"
_INDEX = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[([0-9]+)\]')
_STEP = re.compile(rf"module\.([\w-]+)({KEY})?")
Path = tuple[tuple[str, str], ...]  # the module calls from the root: name and key, such as ("db", '["a"]')


def prefix(path: Path) -> str:
    """The beginning of an address in a module: ``module.db["a"].``."""
    return "".join(f"module.{name}{key}." for name, key in path)


def split(address: str) -> tuple[Path, str]:
    """The modules that an address leads through, and what is left of it there."""
    path: list[tuple[str, str]] = []
    place = 0
    while (found := _STEP.match(address, place)) and address[found.end() : found.end() + 1] == ".":
        path.append((found[1], found[2] or ""))
        place = found.end() + 1
    return tuple(path), address[place:]


def without_keys(path: Path) -> Path:
    """The same modules in any of their instances."""
    return tuple((name, "") for name, _ in path)


def key_text(key: str) -> str:
    """What a key says: ``a`` of ``["a"]``."""
    found = _INDEX.fullmatch(key)
    return (found[1] if found[1] is not None else found[2]).replace('\\"', '"').replace("\\\\", "\\") if found else key
