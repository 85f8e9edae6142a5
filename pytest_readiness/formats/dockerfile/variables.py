"""Variables in Dockerfiles: what is in scope where, and texts with their variables replaced."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from operator import itemgetter
from typing import Protocol

from ...unknown import Unknown

Value = str | Unknown
Arguments = Mapping[str, str | Unknown | None]  # build arguments; None is taken from the environment
HOLE = "\N{REPLACEMENT CHARACTER}"  # where an unknown value stands in a text
_PLAIN = re.compile(r"\$([A-Za-z_]\w*)")
_BRACE = re.compile(r"\$\{|\}")
_OPERATION = re.compile(r"([A-Za-z_]\w*)(?:(:?[-+?])(.*))?\Z", re.DOTALL)
_MAX_NESTING = 20
_MAX_TEXT = 100_000  # characters of a value; a text that doubles itself line by line has no end


class Lookup(Protocol):
    """Where variables are looked up: a dict, or the scope at some instruction."""

    def get(self, name: str, /) -> Value | None: ...
    def __contains__(self, name: object, /) -> bool: ...


@dataclass(frozen=True, eq=False)
class Scope:
    """The variables in scope behind so many instructions of a stage; None: declared by an ARG without a value."""

    history: Mapping[str, list[tuple[int, Value | None]]] = field(repr=False)
    position: int

    def get(self, name: str, /) -> Value | None:
        entries = self.history.get(name, [])
        index = bisect_right(entries, self.position, key=itemgetter(0))
        return entries[index - 1][1] if index else None

    def __contains__(self, name: object, /) -> bool:
        entries = self.history.get(name, []) if isinstance(name, str) else []
        return bool(entries) and entries[0][0] <= self.position

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in self.history if name in self)


def expand(text: str, scope: Lookup, unset: Callable[[str], Value]) -> Value:
    """A text with its variables replaced; the first unknown one makes the whole unknown.

    ``unset`` says what a name stands for that nothing in the scope declares.
    """
    whole, missing = fill(text, scope, unset)
    return missing[0] if missing else whole


def fill(text: str, scope: Lookup, unset: Callable[[str], Value], depth: int = 0) -> tuple[str, list[Unknown]]:
    """A text with its variables replaced, `HOLE` where the value is unknown, and why it is."""
    parts: list[str] = []
    missing: list[Unknown] = []
    position = size = 0
    while (dollar := text.find("$", position)) >= 0:
        escaped = dollar > position and text[dollar - 1] == "\\"
        parts.append(text[position : dollar - escaped])
        plain = None if escaped else _PLAIN.match(text, dollar)
        end = _closing(text, dollar) if plain is None and not escaped and text.startswith("${", dollar) else 0
        if plain is None and not end:
            parts.append("$")
            position = dollar + 1
            continue
        inside = plain[1] if plain else text[dollar + 2 : end]
        value, reasons = _value(inside, scope, unset, depth)
        parts.append(value)
        missing += reasons
        size += len(value)
        if size > _MAX_TEXT:
            return HOLE, [Unknown(f"{text[:40]} is longer than {_MAX_TEXT} characters")]
        position = plain.end() if plain else end + 1
    parts.append(text[position:])
    return "".join(parts), missing


def _closing(text: str, dollar: int) -> int:
    """The index of the brace that closes the one behind a dollar; 0 where none does."""
    depth = 0
    for found in _BRACE.finditer(text, dollar):
        depth += 1 if found[0] == "${" else -1
        if depth == 0:
            return found.start()
        if depth > _MAX_NESTING + 1:
            return 0
    return 0


def _value(inside: str, scope: Lookup, unset: Callable[[str], Value], depth: int) -> tuple[str, list[Unknown]]:
    """What ``NAME``, ``NAME:-word`` or ``NAME:+word`` between the braces stands for."""
    found = _OPERATION.match(inside)
    if found is None or depth > _MAX_NESTING:
        return HOLE, [Unknown(f"${{{inside[:40]}}} is not evaluated")]
    name, operator, word = found.groups()
    value = scope.get(name)
    if operator and not isinstance(value, Unknown):
        is_set = bool(value) if operator[0] == ":" else value is not None
        if operator[-1] == "-" and not is_set:
            return fill(word, scope, unset, depth + 1)
        if operator[-1] == "+":
            return fill(word, scope, unset, depth + 1) if is_set else ("", [])
    if value is None:
        value = Unknown(f"the build argument {name} has no default") if name in scope else unset(name)
    return (HOLE, [value]) if isinstance(value, Unknown) else (value, [])
