"""What a criterion can ask of one value; the only place that knows the operators."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..formats.kubernetes.quantity import quantity
from ..text import brief
from ..unknown import Unresolved
from ..unknown import is_unknown
from .paths import Found
from .patterns import Pattern
from .patterns import PatternError
from .patterns import compiled

_VERSION = re.compile(r"[^0-9]{0,5}?([0-9]{1,9}(?:\.[0-9]{1,9}){0,5})").match


@dataclass(frozen=True, slots=True)
class Operator:
    """``accepts`` says what is wrong with an argument (empty where nothing is), ``holds`` judges a value that is there, ``says`` is
    read behind "is not".
    """

    name: str
    accepts: Callable[[Any], str]
    holds: Callable[[Any, Any], bool]
    says: Callable[[Any], str]


def shown(value: Any) -> str:
    """A value in a message."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return (
            "a list"
            if any(isinstance(item, (dict, list)) or is_unknown(item) for item in value)
            else f"[{brief(', '.join(map(str, value)), 80)}]"
        )
    return brief(repr(value) if isinstance(value, str) else str(value), 80) if value is not None else "nothing"


def equal(value: Any, wanted: Any) -> bool:
    """Whether two values are the same; true is not 1, 1 is 1.0, and a number is not a text."""
    if is_unknown(value):
        return bool(value)
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, list) and isinstance(wanted, list):
        return len(value) == len(wanted) and all(map(equal, value, wanted))
    if isinstance(value, dict) and isinstance(wanted, dict):
        return value.keys() == wanted.keys() and all(equal(value[key], wanted[key]) for key in wanted)
    return bool(value == wanted)


def text(value: Any) -> str | None:
    """A scalar as text; None for a mapping or list."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (str, int, float)) else None


def _matches(value: Any, pattern: str) -> bool:
    written = text(value)
    if written is None:
        return False
    return fitting(pattern, written).fullmatch(written)


def fitting(pattern: str, written: str) -> Pattern:
    """An expression for a text; raises `Unresolved` where the two together are too much."""
    found = compiled(pattern)
    if len(written) > found.longest:
        raise Unresolved(f"a text of {len(written)} characters is too long for the expression {pattern}")
    return found


def _contains(value: Any, wanted: Any) -> bool:
    if isinstance(value, list):
        known = [item for item in value if not is_unknown(item)]
        if any(equal(item, wanted) for item in known):
            return True
        return any(bool(item) for item in value if is_unknown(item))  # raises: it may be the one
    if isinstance(value, dict):
        return isinstance(wanted, str) and wanted in value
    written = text(value)
    return written is not None and str(text(wanted)) in written


def size(value: Any) -> int | None:
    """How many items, entries or characters there are."""
    return len(value) if isinstance(value, (list, dict, str)) else None


def version(value: Any) -> tuple[int, ...] | None:
    """The numbers of a version: of ``v1.2.3``, ``~> 5.0``, ``3.12-slim``; zeros at its end say nothing."""
    written = text(value)
    found = _VERSION(written) if written is not None else None
    if found is None:
        return None
    numbers = [int(number) for number in found[1].split(".")]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _ordered(measure: Callable[[Any], Any], *, least: bool) -> Callable[[Any, Any], bool]:
    def holds(value: Any, limit: Any) -> bool:
        found, bound = measure(value), measure(limit) if measure is not size else limit
        return found is not None and bound is not None and bool(found >= bound if least else found <= bound)

    return holds


# -- arguments


def _any(_: Any) -> str:
    return ""


def _scalar(argument: Any) -> str:
    return "" if text(argument) is not None else "must be a text, a number, or true or false"


def _flag(argument: Any) -> str:
    return "" if argument is True else "must be true (write `absent: true` or `present: true`)"


def _list(argument: Any) -> str:
    return "" if isinstance(argument, list) and argument else "must be a list with at least one item"


def _pattern(argument: Any) -> str:
    if not isinstance(argument, str):
        return "must be a text with a regular expression; put it in quotes"
    try:
        compiled(argument)
    except PatternError as error:
        return f"{argument!r} {error}"
    return ""


def _amount(argument: Any) -> str:
    return "" if not isinstance(argument, bool) and quantity(argument) is not None else "must be a number, or an amount such as 128Mi"


def _count(argument: Any) -> str:
    return "" if isinstance(argument, int) and not isinstance(argument, bool) and argument >= 0 else "must be a whole number of 0 or more"


def _version(argument: Any) -> str:
    if isinstance(argument, float):
        return f'must be in quotes, because 1.10 is the number 1.1: "{argument}"'
    return "" if version(argument) is not None and not isinstance(argument, bool) else 'must be a version, such as "1.29"'


_ALL = (
    Operator("equals", _any, equal, shown),
    Operator(
        "in",
        _list,
        lambda value, wanted: any(equal(value, item) for item in wanted),
        lambda wanted: f"one of {', '.join(map(shown, wanted))}",
    ),
    Operator("matches", _pattern, _matches, lambda pattern: f"like {pattern}"),
    Operator("contains", _scalar, _contains, lambda wanted: f"something with {shown(wanted)} in it"),
    Operator("at_least", _amount, _ordered(quantity, least=True), lambda limit: f"at least {limit}"),
    Operator("at_most", _amount, _ordered(quantity, least=False), lambda limit: f"at most {limit}"),
    Operator("min_items", _count, _ordered(size, least=True), lambda limit: f"of at least {limit} items"),
    Operator("max_items", _count, _ordered(size, least=False), lambda limit: f"of at most {limit} items"),
    Operator("version_at_least", _version, _ordered(version, least=True), lambda limit: f"version {limit} or later"),
    Operator("version_at_most", _version, _ordered(version, least=False), lambda limit: f"version {limit} or earlier"),
)
OPERATORS: Mapping[str, Operator] = {operator.name: operator for operator in _ALL}
# asked of whether something is there, of all values a path leads to together, and what stands for an absent value
PRESENT, ABSENT, UNIQUE, DEFAULT = "present", "absent", "unique", "default"
NAMES = (PRESENT, ABSENT, *OPERATORS, UNIQUE, DEFAULT)
_ACCEPTS: dict[str, Callable[[Any], str]] = {PRESENT: _flag, ABSENT: _flag, UNIQUE: _flag, DEFAULT: _any}


def problem(name: str, argument: Any) -> str:
    """What is wrong with an argument of an operator; empty where nothing is."""
    return _ACCEPTS[name](argument) if name in _ACCEPTS else OPERATORS[name].accepts(argument)


@dataclass(frozen=True, slots=True)
class Condition:
    """What is asked of a value: operators with their arguments, all of which must hold."""

    asked: tuple[tuple[str, Any], ...]
    default: Any = None

    @property
    def is_unique(self) -> bool:
        """Whether all values together are asked to be different."""
        return any(name == UNIQUE for name, _ in self.asked)

    def holds(self, found: Found) -> bool:
        """Whether it holds of what a path found; raises `Unresolved` where that is not known."""
        return not self.unmet(found)

    def unmet(self, found: Found) -> str:
        """What of it does not hold, as it is read behind the value; empty where all does."""
        if found.view is not None and not found.view.is_certain:
            raise Unresolved(found.value.source)
        names = [name for name, _ in self.asked]
        if ABSENT in names and found.view is not None:
            return "must not be set"
        if PRESENT in names and found.view is None:
            return "is not set"
        rest = [(OPERATORS[name], argument) for name, argument in self.asked if name in OPERATORS]
        if not rest:
            return ""
        value = self.default if found.view is None else found.value
        if value is None:
            return "is not set"
        if is_unknown(value):
            bool(value)
        for operator, argument in rest:
            if not operator.holds(value, argument):
                return f"is {shown(value)}, not {operator.says(argument)}"
        return ""
