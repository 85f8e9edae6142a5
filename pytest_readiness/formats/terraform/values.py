"""What an expression may come to beyond plain data, and how Terraform compares and converts values."""

from __future__ import annotations

import json
from typing import Any

from ...model import Span
from ...unknown import Unknown
from ...unknown import Unresolved
from ...unknown import is_unknown

MAX_ITEMS = 20_000


class Computed(Unknown):
    """An attribute that Terraform knows after apply; ``address`` is the resource it belongs to."""

    __slots__ = ("address", "attribute")

    def __init__(self, address: str, attribute: str) -> None:
        super().__init__(f"unknown until apply: {address}.{attribute}".rstrip("."))
        object.__setattr__(self, "address", address)
        object.__setattr__(self, "attribute", attribute)


class PartialText(Unknown):
    """A text with unknown parts; ``shape`` has a NUL character for each of them."""

    __slots__ = ("shape",)

    def __init__(self, source: str, shape: str) -> None:
        super().__init__(source)
        object.__setattr__(self, "shape", shape)


class Either(Unknown):
    """One of a few values, by a condition that is not known here."""

    __slots__ = ("options",)

    def __init__(self, source: str, options: tuple[Any, ...]) -> None:
        super().__init__(source)
        object.__setattr__(self, "options", options)


def options(value: Any) -> tuple[Any, ...]:
    """Everything the value may be, as far as we know."""
    return value.options if isinstance(value, Either) else (value,)


def text(value: Any) -> str:
    """A value as Terraform writes it into a text; collections have no text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return str(int(value)) if value == int(value) else repr(value)
    raise TypeError("no text")


def truth(value: Any) -> bool:
    """A condition; Terraform also takes the texts."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise TypeError("not a condition")


def same(left: Any, right: Any) -> bool:
    """Equality as Terraform has it: ``1`` is not ``"1"`` and not ``true``. Raises `Unresolved` for unknown parts."""
    budget = MAX_ITEMS
    stack = [(left, right)]
    while stack:
        a, b = stack.pop()
        budget -= 1
        if budget < 0:
            raise OverflowError("too large")
        if is_unknown(a) or is_unknown(b):
            raise Unresolved(a.source if is_unknown(a) else b.source)
        if isinstance(a, dict) and isinstance(b, dict):
            if a.keys() != b.keys():
                return False
            stack.extend((a[key], b[key]) for key in a)
        elif isinstance(a, list) and isinstance(b, list):
            if len(a) != len(b):
                return False
            stack.extend(zip(a, b, strict=True))
        elif isinstance(a, bool) != isinstance(b, bool) or isinstance(a, str) != isinstance(b, str) or a != b:
            return False
    return True


def number(value: Any) -> int | float:
    """A number; Terraform also takes its text."""
    if isinstance(value, bool) or value is None:
        raise TypeError("not a number")
    if isinstance(value, str):
        return int(value) if value.lstrip("-").isdigit() else float(value)
    if isinstance(value, (int, float)):
        if abs(value) > 1e100:
            raise OverflowError("too large")
        return value
    raise TypeError("not a number")


class Json(str):
    """The text of ``jsonencode(data)``, with unknown parts as ``null``; ``data`` still has the places and the unknowns."""

    __slots__ = ("data",)
    data: Any

    @classmethod
    def of(cls, data: Any, span: Span) -> Json | Unknown:
        budget = MAX_ITEMS
        stack = [data]
        while stack:
            value = stack.pop()
            budget -= 1
            if budget < 0:
                return Unknown(f"too large: {span}")
            stack.extend(value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())
        made = cls(json.dumps(data, default=lambda _: None))
        made.data = data
        return made
