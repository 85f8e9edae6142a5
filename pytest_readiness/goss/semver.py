"""Semantic versions and ranges of them as goss has them: ``>1.0.0 <2.0.0 !=1.5.0 || 3.x``.

The packages semver, semantic-version and packaging have no such ranges.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

# in their order: the numbers, whether it is a release, which comes behind those before it, and the parts of what is before it
Version = tuple[int, int, int, bool, tuple[tuple[int, int, str], ...]]
MAX_LENGTH = 500
_NUMBER = r"(?:0|[1-9]\d{0,18})"
_PART = r"(?:0|[1-9]\d{0,18}|\d*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = re.compile(
    rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-({_PART}(?:\.{_PART})*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?", re.ASCII
)
_WILDCARD = re.compile(rf"({_NUMBER})\.(?:({_NUMBER})\.)?x", re.ASCII)
_OR = re.compile(r"\s+\|\|\s+")
_BOUND = re.compile(r"(==?|!=?|[<>]=?|)\s*([0-9A-Za-z][^\s<>=!|]*)\s*")


class SemverError(Exception):
    """Why a text is no range, in the words of who wrote it."""


@dataclass(frozen=True)
class Range:
    """Alternatives, each of bounds that all hold."""

    alternatives: tuple[tuple[tuple[str, Version], ...], ...]

    def holds(self, found: Version) -> bool:
        """Whether a version is within."""
        return any(all(_COMPARED[sign](found, bound) for sign, bound in bounds) for bounds in self.alternatives)


def version(text: str) -> Version | None:
    """A version; None where the text is none."""
    found = _VERSION.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if not found:
        return None
    before = tuple(map(_part, found[4].split("."))) if found[4] else ()
    return int(found[1]), int(found[2]), int(found[3]), not before, before


@lru_cache(maxsize=500)
def constraint(text: str) -> Range:
    """A range; raises `SemverError`."""
    if len(text) > MAX_LENGTH:
        raise SemverError(f"is longer than {MAX_LENGTH} characters")
    return Range(tuple(_bounds(alternative) for alternative in _OR.split(text.strip())))


def _bounds(text: str) -> tuple[tuple[str, Version], ...]:
    bounds: list[tuple[str, Version]] = []
    at = 0
    while at < len(text) or not bounds:
        found = _BOUND.match(text, at)
        if not found or (at and not text[at - 1].isspace()):
            raise SemverError("is no range of versions such as >=1.2.0 <2.0.0 || 3.x")
        at = found.end()
        bounds += _bound(found[1], found[2])
    return tuple(bounds)


def _bound(sign: str, written: str) -> list[tuple[str, Version]]:
    """One bound; a wildcard becomes the versions at its ends."""
    sign = {"": "=", "==": "=", "!": "!="}.get(sign, sign)
    wild = _WILDCARD.fullmatch(written)
    if not wild:
        exact = version(written)
        if exact is None:
            raise SemverError(f"has {written}, which is no version with three numbers such as 1.2.3")
        return [(sign, exact)]
    major, minor = int(wild[1]), None if wild[2] is None else int(wild[2])
    least: Version = (major, minor or 0, 0, True, ())
    if sign == "!=":
        raise SemverError(f"has !={written}, which no version satisfies in goss: write the versions below and above it, with ||")
    beyond: Version = (major + 1, 0, 0, True, ()) if minor is None else (major, minor + 1, 0, True, ())
    return {
        "=": [(">=", least), ("<", beyond)],
        ">": [(">=", beyond)],
        ">=": [(">=", least)],
        "<": [("<", least)],
        "<=": [("<", beyond)],
    }[sign]


def _part(text: str) -> tuple[int, int, str]:
    return (0, int(text), "") if text.isdigit() else (1, 0, text)


_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
