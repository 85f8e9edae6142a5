"""Single keys of a criterion: texts, choices, flags, kinds; everything wrong with them is noted at its place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

from ..formats import kinds as known_kinds
from ..syntax import yaml
from ..syntax.yaml import Mapping
from ..text import is_plain
from . import operators
from .mistakes import Mistakes
from .mistakes import hint

_NAME = re.compile(r"[a-z][a-z0-9_]*").fullmatch
_UNPRINTABLE = "has control characters in it, which no report can show: leave them out"
_SAYS = {"title": "what holds when all is well", "remedy": "in a few words what to change"}


class Texts:
    """Reads keys that hold one text."""

    def __init__(self, body: Mapping, name: str, mistakes: Mistakes) -> None:
        self._body, self._name, self._mistakes = body, name, mistakes

    def __call__(self, key: str, *, required: bool = False) -> str:
        value = self._body.get(key)
        if value is None and key not in self._body:
            if required:
                self._mistakes.add(self._body.entry("id"), f"{self._name}: has no {key}: say {_SAYS[key]}")
            return ""
        if not isinstance(value, str) or not value.strip():
            self._mistakes.add(self._body.entry(key), f"{self._name}: {key} must be a text, not {operators.shown(value)}")
            return ""
        if not _is_printable(value):
            self._mistakes.add(self._body.entry(key), f"{self._name}: {key} {_UNPRINTABLE}")
            return ""
        folded = value.strip() if key == "why" else " ".join(value.split())
        return folded.rstrip(".") if key in ("title", "remedy") else folded


def _is_printable(value: str) -> bool:
    return is_plain(value.replace("\n", " ").replace("\t", " "))


def known_keys(body: Mapping, known: tuple[str, ...], prefix: str, mistakes: Mistakes, elsewhere: tuple[str, ...]) -> None:
    for key in body:
        if key in known:
            continue
        if key in elsewhere:
            fix = "use; narrow what it judges with where" if "use" in body else "on; it belongs to use"
            reason = f"{key} cannot stand together with {fix}"
        else:
            reason = f"unknown key {key!r} ({hint(key, known)})"
        mistakes.add(body.entry(key), f"{prefix}{reason}")


def choice(body: Mapping, key: str, choices: Any, name: str, mistakes: Mistakes) -> Any:
    if key not in body:
        return None
    value = body[key]
    if not isinstance(value, str) or value not in choices:
        mistakes.add(body.entry(key), f"{name}: {key}: there is no {operators.shown(value)} ({hint(str(value), choices)})")
        return None
    return choices[value]


def flag(body: Mapping, key: str, name: str, mistakes: Mistakes) -> bool:
    value = body.get(key, False)
    if not isinstance(value, bool):
        mistakes.add(body.entry(key), f"{name}: {key} must be true or false, not {operators.shown(value)}")
        return False
    return value


def texts(body: Mapping, key: str, name: str, mistakes: Mistakes) -> Iterator[str]:
    """A text, or a list of them."""
    value = body.get(key, [])
    listed = value if isinstance(value, list) else [value]
    for number, item in enumerate(listed):
        place = yaml.at(body, key, number) if isinstance(value, list) else body.entry(key)
        if not isinstance(item, str) or not item:
            mistakes.add(place, f"{name}: {key} must be a text or a list of texts, not {operators.shown(item)}")
        elif not _is_printable(item):
            mistakes.add(place, f"{name}: {key} {_UNPRINTABLE}")
        else:
            yield " ".join(item.split())


def kinds_of(body: Mapping, name: str, mistakes: Mistakes, more: Iterable[str]) -> tuple[str, ...]:
    if "on" not in body:
        mistakes.add(body.entry("id"), f"{name}: has no on: say which kind of resource it judges, such as on: k8s.workload")
        return ()
    known = {*known_kinds.KINDS, *more}
    found = []
    for kind in texts(body, "on", name, mistakes):
        if kind in known:
            found.append(kind)
        elif kind in known_kinds.WITHOUT_DATA:
            mistakes.add(body.entry("on"), f"{name}: on: what is {kind} holds no data a path could lead into; write a rule in Python")
        else:
            mistakes.add(body.entry("on"), f"{name}: on: there is no kind {kind!r} ({hint(kind, known)})")
    return tuple(found)


def parameters(body: Mapping, name: str, mistakes: Mistakes) -> dict[str, Any]:
    if "parameters" not in body:
        return {}
    value = body["parameters"]
    if not isinstance(value, Mapping):
        mistakes.add(body.entry("parameters"), f"{name}: parameters must be a mapping of names to defaults, not {operators.shown(value)}")
        return {}
    for key in value:
        if not _NAME(key):
            mistakes.add(value.entry(key), f"{name}: parameters: {key!r} is no name: lower case, with underscores")
    return dict(value)
