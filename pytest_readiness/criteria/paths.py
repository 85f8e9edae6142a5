"""Paths into what a resource holds: ``spec.replicas``, ``spec.containers[*].image``, ``metadata.labels["a.b/c"]``.

JMESPath and JSONPath have no positions, and far more than a criterion needs. Here every step keeps the place of what it
found, or of the nearest thing around what it did not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..formats.views import View
from ..model import Resource
from ..model import Span
from ..unknown import is_unknown

_STEP = re.compile(
    r"""\.?(?P<key>[A-Za-z0-9_/-]+|\*)
      | \[\s*(?P<index>-?[0-9]{1,6})\s*\]
      | \[\s*(?P<every>\*)\s*\]
      | \[\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')\s*\]
      | \[\s*(?P<name>[A-Za-z0-9_.-]+)\s*=\s*(?:"(?P<quoted>[^"]*)"|'(?P<apostrophes>[^']*)'|(?P<bare>[^\]"']*?))\s*\]
    """,
    re.VERBOSE,
)
_FACT = re.compile(r"\$(?P<fact>[a-z_]+)")
MAX_PATH = 300  # characters


class PathError(Exception):
    """Why a text is no path."""


@dataclass(frozen=True, slots=True)
class Key:
    """The value under a key."""

    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """An item of a list, from its end where negative."""

    number: int


@dataclass(frozen=True, slots=True)
class Every:
    """Every item of a list, every value of a mapping."""


@dataclass(frozen=True, slots=True)
class Where:
    """The items in which a key has a value."""

    name: str
    value: str


Step = Key | Index | Every | Where


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at the end of a path; ``view`` is None where nothing does, and ``span`` the nearest thing around it."""

    view: View | None
    span: Span

    @property
    def value(self) -> Any:
        return None if self.view is None else self.view.value


@dataclass(frozen=True, slots=True)
class Path:
    """A parsed path. ``fact`` is what the format knows of the resource beyond its text (``$image``); empty for the data itself."""

    text: str
    fact: str
    steps: tuple[Step, ...]

    def find(self, resource: Resource, item: View | None = None) -> Iterator[Found]:
        """What the path leads to in a resource, or below an item of it; a step that finds nothing ends in a `Found` without view."""
        start: View | None = fact(resource, self.fact) if self.fact else resource.view() if item is None else item
        around = item.span if item is not None else resource.span
        found = [Found(None if start is None or start.value is None else start, start.span if start is not None else around)]
        for step in self.steps:
            found = [after for before in found for after in _take(step, before)]
        return iter(found)


def fact(resource: Resource, name: str) -> View | None:
    """A fact of a resource as a view; None where it is absent."""
    value = resource.facts()[name](resource)
    return value if value is None or isinstance(value, View) else View(value, resource.span)


def _take(step: Step, before: Found) -> Iterator[Found]:
    view = before.view
    if view is None:
        if not isinstance(step, Every):
            yield before
        return
    if isinstance(step, Every):
        yield from map(_found, view.parts())
        return
    if isinstance(step, Where):
        parts = [part for part in view.parts() if _has(part, step)]
    else:
        parts = list(view.part(step.name) if isinstance(step, Key) else view.item(step.number))
    if not parts:
        yield Found(None, view.span)
    for part in parts:
        yield _found(part)


def _found(view: View) -> Found:
    return Found(None if view.value is None else view, view.span)


def _has(item: View, step: Where) -> bool:
    """Whether an item is one of those wanted; asking for an unknown value raises."""
    if is_unknown(item.value):
        return bool(item.value)
    return any(view.value is not None and _text(view.value) == step.value for view in item.part(step.name))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) or is_unknown(value) else str(value)


def parse(text: str) -> Path:
    """The path of a text; raises `PathError`."""
    if len(text) > MAX_PATH:
        raise PathError(f"is longer than {MAX_PATH} characters")
    position = 0
    name = ""
    if opening := _FACT.match(text):
        name, position = opening["fact"], opening.end()
    elif text.startswith("$"):
        raise PathError("a fact is written $name, such as $type")
    steps: list[Step] = []
    while position < len(text):
        found = _STEP.match(text, position)
        starts = position == 0
        if found is None or (found["key"] and starts == found[0].startswith(".")):
            raise PathError(_wrong(text, position))
        position = found.end()
        steps.append(_step(found))
    if not steps and not name:
        raise PathError("is empty")
    return Path(text, name, tuple(steps))


def _step(found: re.Match[str]) -> Step:
    if found["key"]:
        return Every() if found["key"] == "*" else Key(found["key"])
    if found["index"]:
        return Index(int(found["index"]))
    if found["every"]:
        return Every()
    if found["name"]:
        return Where(found["name"], next(value for value in (found["quoted"], found["apostrophes"], found["bare"]) if value is not None))
    return Key(found["double"] if found["double"] is not None else found["single"])


def _wrong(text: str, position: int) -> str:
    rest = text[position:]
    if rest.startswith("["):
        return f'stops making sense at {rest[:20]!r}, which is not like [*], [0], [name=web] or ["a.b/c"]'
    if not position and rest.startswith("."):
        return f"begins with a dot: write {rest.lstrip('.')!r}"
    return f'stops making sense at {rest[:20]!r} (keys are joined by dots; one with a dot in it is written ["a.b/c"])'
