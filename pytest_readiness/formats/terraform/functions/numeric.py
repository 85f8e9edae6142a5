"""Functions of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ..values import List
from ..values import decimal
from ..values import plain
from .calling import NUMBER
from .calling import TEXT
from .calling import function

MAX_RANGE = 1024
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def _range(*bounds: Any) -> List:
    start, end, step = (0, bounds[0], None) if len(bounds) == 1 else (*bounds, None)[:3]
    low, high = decimal(start), decimal(end)
    by = decimal(step) if step is not None else Decimal(1 if low <= high else -1)
    if by == 0 or len(bounds) > 3:
        raise ValueError("no step")
    if (by > 0 and low > high) or (by < 0 and low < high):
        raise ValueError("a step away from the end")
    found = List()
    while (by > 0 and low < high) or (by < 0 and low > high):
        if len(found) == MAX_RANGE:
            raise OverflowError("too long")
        found.append(plain(low))
        low += by
    return found


def _parse(value: Any, base: Any) -> int:
    digits = str(value).lower()
    if not 2 <= base <= 36 or not digits.lstrip("+-").isalnum() or len(digits) > 300:
        raise ValueError("not an integer")
    if len(digits) - len(digits.lstrip("+-")) > 1 or any(digit not in _DIGITS[: int(base)] for digit in digits.lstrip("+-")):
        raise ValueError("not an integer")
    return int(digits, int(base))


def _power(base: Any, exponent: Any) -> int | float:
    return plain(Decimal(repr(float(base) ** float(exponent))))


def _sign(value: Any) -> int:
    if value != int(value):
        raise ValueError("an integer required")
    return int(value > 0) - int(value < 0)


def _logarithm(value: Any, base: Any) -> int | float:
    if value <= 0 or base <= 0:
        raise ValueError("no logarithm")
    return plain(Decimal(repr(math.log(value) / math.log(base))))


NUMERIC: Mapping[str, Callable[..., Any]] = {
    "abs": function(abs, NUMBER),
    "ceil": function(math.ceil, NUMBER),
    "floor": function(math.floor, NUMBER),
    "log": function(_logarithm, NUMBER, NUMBER),
    "pow": function(_power, NUMBER, NUMBER),
    "signum": function(_sign, NUMBER),
    "max": function(lambda *values: max(values), rest=NUMBER),
    "min": function(lambda *values: min(values), rest=NUMBER),
    "parseint": function(_parse, TEXT, NUMBER),
    "range": function(_range, NUMBER, rest=NUMBER),
    "sum": function(lambda items: plain(sum(map(decimal, items), Decimal(0))) if items else _nothing(), ("list", NUMBER)),
}


def _nothing() -> int:
    raise ValueError("nothing to add")
