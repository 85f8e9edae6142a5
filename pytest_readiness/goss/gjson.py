"""Paths into JSON in the syntax of gjson (https://gjson.dev), as far as goss files need it.

Keys with ``*`` and ``?``, indexes, ``#``, the queries ``#(...)`` and ``#(...)#``, ``|``, and the modifiers without
arguments. Multipaths, JSON lines, literals and modifiers with arguments are refused when the file is read. It is our
own, since one package for this is under the GPL and the other is young, native and silent about what it cannot read.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..criteria.patterns import Pattern

MAX_LENGTH = 500
MAX_SIZE = 2**20
OPERATORS = ("==", "!=", "<=", ">=", "!%", "<", ">", "=", "%")


class PathError(Exception):
    """Why a path is refused, in the words of who wrote it."""


class NotFound(Exception):
    """Why a text has nothing at a path."""


@dataclass(frozen=True)
class Step:
    """One step: ``kind`` is key, count, query or modifier; ``joined`` says that it stands behind ``|``, not behind a dot."""

    kind: str
    name: str = ""
    wild: bool = False
    joined: bool = False
    every: bool = False
    query: tuple[tuple[Step, ...], str, str] | None = None


def extracted(text: str, path: tuple[Step, ...]) -> Any:
    """What a JSON text has at a path; raises `NotFound`. Large numbers are floats, as all are in Go."""
    if len(text) > MAX_SIZE:
        raise NotFound(f"is longer than {MAX_SIZE} characters")
    try:
        data = json.loads(text, parse_int=_number, parse_constant=_none)
    except RecursionError:
        raise NotFound("is JSON that is nested too deeply") from None
    except ValueError:
        raise NotFound("is not JSON") from None
    found = _walk(data, path)
    if found is _MISSING:
        raise NotFound("has nothing there")
    return found


_MISSING = object()


def _number(digits: str) -> float | int:
    return int(digits) if len(digits) < 16 else float(digits)


def _none(word: str) -> Any:
    raise ValueError(word)


def _walk(data: Any, path: tuple[Step, ...]) -> Any:
    for place, step in enumerate(path):
        rest = path[place + 1 :]
        if step.kind == "modifier":
            data = MODIFIERS[step.name](data)
        elif step.wild and isinstance(data, dict):
            return _first(data, step.name, rest)
        elif step.kind == "key":
            data = _key(data, step)
        elif not isinstance(data, list):
            return _MISSING
        elif step.kind == "count":
            if not rest or rest[0].joined:
                data = len(data)
            else:
                return _each(data, rest)
        else:
            hits = [item for item in data if _meets(item, step)]
            if step.every:
                if rest and not rest[0].joined:
                    return _each(hits, rest)
                data = hits
            else:
                data = hits[0] if hits else _MISSING
        if data is _MISSING:
            return _MISSING
    return data


def _first(data: dict[str, Any], glob: str, path: tuple[Step, ...]) -> Any:
    """The rest of a path, up to a ``|``, for the first key that matches and has it."""
    end = _end(path)
    matches = _wildcard(glob)
    found = (_walk(value, path[:end]) for key, value in data.items() if matches(key))
    return _walk(next((value for value in found if value is not _MISSING), _MISSING), path[end:])


def _each(items: list[Any], path: tuple[Step, ...]) -> Any:
    """The rest of a path for every item, up to a ``|``, behind which it is of the list again."""
    end = _end(path)
    found = [value for item in items if (value := _walk(item, path[:end])) is not _MISSING]
    return _walk(found, path[end:])


def _end(path: tuple[Step, ...]) -> int:
    return next((index for index, step in enumerate(path) if step.joined), len(path))


def _key(data: Any, step: Step) -> Any:
    if isinstance(data, dict):
        return data.get(step.name, _MISSING)
    if isinstance(data, list) and step.name.isascii() and step.name.isdigit() and len(step.name) < 10 and int(step.name) < len(data):
        return data[int(step.name)]
    return _MISSING


def _meets(item: Any, step: Step) -> bool:
    assert step.query is not None
    path, sign, wanted = step.query
    found = _walk(item, path) if path else item
    if found is _MISSING:
        return False
    if not sign:
        return True
    if sign in ("%", "!%"):
        return isinstance(found, str) and _wildcard(wanted)(found) == (sign == "%")
    if isinstance(found, str):
        return _COMPARED[sign](found, wanted)
    if isinstance(found, bool):
        return _COMPARED[sign](found, wanted == "true") if wanted in ("true", "false") else sign == "!="
    return isinstance(found, (int, float)) and _COMPARED[sign](found, _as_number(wanted))


def _as_number(written: str) -> float:
    try:
        return float(written)
    except ValueError:
        return 0  # as in gjson


_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _values(data: Any) -> list[Any]:
    if isinstance(data, (dict, list)):
        return list(data.values()) if isinstance(data, dict) else data
    return [data]


MODIFIERS: Mapping[str, Callable[[Any], Any]] = {
    "this": lambda data: data,
    "reverse": lambda data: data[::-1] if isinstance(data, list) else dict(reversed(data.items())) if isinstance(data, dict) else data,
    "keys": lambda data: list(data) if isinstance(data, dict) else [None] * len(_values(data)),
    "values": _values,
    "flatten": lambda data: [x for item in data for x in (item if isinstance(item, list) else [item])] if isinstance(data, list) else data,
}


@lru_cache(maxsize=500)
def _wildcard(glob: str) -> Callable[[str], bool]:
    """Whether a text matches ``*`` and ``?``, in linear time."""
    pattern = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in glob)
    return Pattern(f"(?s:{pattern})").fullmatch


@lru_cache(maxsize=500)
def parsed(text: str) -> tuple[Step, ...]:
    """The steps of a path; raises `PathError`."""
    if len(text) > MAX_LENGTH:
        raise PathError(f"is longer than {MAX_LENGTH} characters")
    return tuple(_Parser(text).steps())


class _Parser:
    def __init__(self, text: str, depth: int = 0) -> None:
        self.text = text
        self.at = 0
        self.depth = depth
        if depth > 5:
            raise PathError("has queries that are nested too deeply")

    def steps(self) -> list[Step]:
        found: list[Step] = []
        joined = False
        while True:
            found.append(self._step(joined=joined))
            if self.at >= len(self.text):
                return found
            joined = self.text[self.at] == "|"
            if self.text[self.at] not in ".|":
                raise PathError("has something behind a query that is no . and no |")
            self.at += 1

    def _step(self, *, joined: bool) -> Step:
        rest = self.text[self.at :]
        if rest.startswith(("{", "[", "!", "..")) or (not self.at and rest.startswith(".")):
            raise PathError("uses multipaths, literals or JSON lines of gjson, which are not supported: one path for each value is")
        if rest.startswith(("#(", "#[")):
            return self._query(joined)
        name, wild, ended = self._name()
        if not name:
            raise PathError("has a step without a name")
        if name == "#" and ended:
            return Step("count", joined=joined)
        if name.startswith("@"):
            if name[1:] not in MODIFIERS:
                raise PathError(f"has {name}: of the modifiers of gjson @{', @'.join(MODIFIERS)} are supported, without arguments")
            return Step("modifier", name[1:], joined=joined)
        return Step("key", name, wild, joined)

    def _name(self) -> tuple[str, bool, bool]:
        """A name up to the next . or |, whether it has wildcards, and whether it was written without escapes."""
        out: list[str] = []
        wild, plain = False, True
        while self.at < len(self.text) and self.text[self.at] not in ".|":
            character = self.text[self.at]
            if character == "\\":
                plain = False
                self.at += 1
                character = self.text[self.at : self.at + 1]
                if character in ("*", "?"):
                    raise PathError(f"has \\{character}, which is not supported")
            elif character in "*?":
                wild = True
            out.append(character)
            self.at += 1
        return "".join(out), wild, plain

    def _query(self, joined: bool) -> Step:
        closing = {"(": ")", "[": "]"}[self.text[self.at + 1]]
        opening = self.text[self.at + 1]
        self.at += 2
        start, depth, quoted = self.at, 1, False
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == "\\":
                self.at += 1
            elif character == '"':
                quoted = not quoted
            elif not quoted:
                depth += (character == opening) - (character == closing)
                if not depth:
                    break
            self.at += 1
        else:
            raise PathError(f"has a query without its {closing}")
        inner = self.text[start : self.at]
        self.at += 1
        every = self.text.startswith("#", self.at)
        self.at += every
        return Step("query", joined=joined, every=every, query=self._condition(inner))

    def _condition(self, text: str) -> tuple[tuple[Step, ...], str, str]:
        at, depth, quoted = 0, 0, False
        for at, character in enumerate(text):  # noqa: B007 - where it stands is what is asked
            if character == '"':
                quoted = not quoted
            depth += 0 if quoted else (character in "([") - (character in ")]")
            if not quoted and not depth and character in "=!<>%":
                break
        else:
            path = text.strip()
            return (tuple(_Parser(path, self.depth + 1).steps()) if path else (), "", "")
        sign = next((sign for sign in OPERATORS if text.startswith(sign, at)), "")
        if not sign:
            raise PathError(f"has a query with an operator that gjson does not know: {', '.join(OPERATORS)} are known")
        path, written = text[:at].strip(), text[at + len(sign) :].strip()
        steps = tuple(_Parser(path, self.depth + 1).steps()) if path else ()
        return steps, "==" if sign == "=" else sign, self._literal(written)

    @staticmethod
    def _literal(written: str) -> str:
        """What is compared with, as text: gjson reads it as a number where it meets one."""
        if written.startswith("~"):
            raise PathError("uses ~ in a query, which is not supported")
        if written.startswith(("[", "{")):
            raise PathError("compares with a list or an object in a query, which is not supported")
        if not written.startswith('"'):
            return written
        try:
            return str(json.loads(written))
        except ValueError:
            raise PathError("has a query with a text that is not quoted as in JSON") from None
