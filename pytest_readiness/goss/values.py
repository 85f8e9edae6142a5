"""Values as goss has them: as text, as numbers, as people read them."""

from __future__ import annotations

import math
from typing import Any

from ..text import brief

DEEPEST = 3  # lists within lists that are shown
MOST = 200  # characters of each item there
MAX_ITEMS = 5_000  # of a list that is matched item by item


class CannotMatch(Exception):
    """A value that a matcher cannot be asked of, such as ``gt: 5`` of a list. As in goss it fails also below ``not``."""


def told(value: Any, width: int = 80) -> str:
    """A value as people read it."""
    if isinstance(value, str):
        return brief(repr(value[: 4 * width]), width) if not value or any(map(str.isspace, value[:width])) else brief(value, width)
    return brief(_listed(value), width)


def _listed(value: Any, depth: int = 0) -> str:
    if isinstance(value, (list, dict)) and depth > DEEPEST:
        return "…"
    if isinstance(value, list):
        return f"[{', '.join(_listed(item, depth + 1) for item in value[:20])}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_listed(item, depth + 1)}' for key, item in list(value.items())[:20])}}}"
    return text_of(value)[:MOST]


def text_of(value: Any) -> str:
    """A value as text: as Go prints it, lists one item a line."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(map(_printed, value))
    return _printed(value)


def _printed(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "<nil>"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{_printed(item)}' for key, item in sorted(value.items()))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(_printed, value))}]"
    return str(value)


def _float(value: float) -> str:
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return repr(value) if math.isfinite(value) else {math.inf: "+Inf", -math.inf: "-Inf"}.get(value, "NaN")


def number_of(value: Any) -> float:
    """A value as a number; raises `CannotMatch`."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            found = float(value.strip())
        except ValueError:
            found = math.nan
        if found == found:  # noqa: PLR0124 - no NaN
            return found
    raise CannotMatch(f"{told(value, 40)} is no number")


def mapping(value: Any) -> dict[str, Any]:
    """A value that has keys; raises `CannotMatch`."""
    if not isinstance(value, dict):
        raise CannotMatch("only a mapping has keys")
    return value


def items(value: Any, *, as_lines: bool) -> list[Any]:
    """The elements of a value; raises `CannotMatch`."""
    if isinstance(value, str) and as_lines:
        value = value.split("\n")
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        raise CannotMatch(
            "only a list has elements" + ("" if as_lines or not isinstance(value, str) else "; contain-elements reads a text by lines")
        )
    if len(value) > MAX_ITEMS:
        raise CannotMatch(f"more than {MAX_ITEMS} elements are not compared")
    return value


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal: numbers by their worth, and never equal to a flag."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
