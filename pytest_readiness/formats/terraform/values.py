"""What an expression may come to beyond plain data, and how Terraform compares and converts values.

An object is a `yaml.Mapping`, a tuple a `yaml.Sequence`, both with their places; `Map`, `List` and `Set`
are the collections of one type. Plain ``dict`` and ``list`` count as object and tuple.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from ...model import Span
from ...syntax import yaml
from ...unknown import Unknown
from ...unknown import Unresolved

if TYPE_CHECKING:
    from .blocks import Block
    from .module import Module

MAX_ITEMS = 20_000
NOWHERE = ("", 0, 0, 0, 0)


class Map(yaml.Mapping):
    """A map: all values are of one type."""

    __slots__ = ()

    def __init__(self, items: Mapping[str, Any] | None = None, raw_span: tuple[str, int, int, int, int] = NOWHERE) -> None:
        super().__init__(raw_span)
        if items:
            self.update(items)


class Object(Map):
    """An object that no text was written for, so nothing in it has a place."""

    __slots__ = ()


class List(yaml.Sequence):
    """A list: all items are of one type."""

    __slots__ = ()

    def __init__(self, items: Iterable[Any] = (), raw_span: tuple[str, int, int, int, int] = NOWHERE) -> None:
        super().__init__(raw_span)
        self.extend(items)


class Set(List):
    """A set, in Terraform's order."""

    __slots__ = ()


def own_address(address: str) -> str:
    """What the module of a resource calls it: ``module.db.aws_db_instance.main`` without ``module.db``."""
    while address.startswith("module.") and address.count(".") > 1:
        address = address.split(".", 2)[2]
    return address


class Computed(Unknown):
    """An attribute that Terraform knows after apply.

    ``address`` is the resource it belongs to, with the modules on the way from the root
    (``module.db.aws_db_instance.main``); ``module`` is where that stands.
    """

    __slots__ = ("address", "attribute", "module")

    def __init__(self, address: str, attribute: str, module: Module | None = None) -> None:
        super().__init__(f"unknown until apply: {address}.{attribute}".rstrip("."))
        object.__setattr__(self, "address", address)
        object.__setattr__(self, "attribute", attribute)
        object.__setattr__(self, "module", module)

    @property
    def resource(self) -> str:
        """The address in its own module: ``aws_db_instance.main``."""
        return own_address(object.__getattribute__(self, "address"))

    @property
    def block(self) -> Block | None:
        """The resource or data source that computes it, where the project defines it."""
        module = object.__getattribute__(self, "module")
        found: Block | None = module.located(object.__getattribute__(self, "address")) if module is not None else None
        return found


class Thing(Computed):
    """A whole resource, data source or module call: ``read`` gives what stands behind the dot."""

    __slots__ = ("read",)

    def __init__(self, address: str, module: Module | None, read: Callable[[str], Any]) -> None:
        super().__init__(address, "", module)
        object.__setattr__(self, "read", read)


class Things(Thing):
    """Nobody knows how many; ``read`` gives any of them."""

    __slots__ = ()


class Failed(Unknown):
    """What an expression that Terraform rejects comes to."""

    __slots__ = ()


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


class Each(Either):
    """All of a few values, one for each instance that ``count`` or ``for_each`` makes."""

    __slots__ = ()


MAX_OPTIONS = 32


def options(value: Any) -> tuple[Any, ...]:
    """Everything the value may be, as far as we know."""
    return value.options if isinstance(value, Either) else (value,)


def combined(source: str, values: Iterable[Any], kind: type[Either] = Each) -> Any:
    """What a value is that is each of these: the value itself where they are all the same."""
    found = [option for value in values for option in options(value)]
    if any(isinstance(value, Either) and not isinstance(value, Each) for value in values):
        kind = Either
    if len(found) == 1 or (all(holds_unknown(value) is None for value in found) and all(identical(found[0], value) for value in found[1:])):
        return found[0]
    return kind(source, tuple(found)) if len(found) <= MAX_OPTIONS else Unknown(source)


def unknown_itself(value: Any) -> Unknown | None:
    """Why a value as a whole is not known: JSON of something unknown is not, either."""
    if isinstance(value, Json):
        return Unknown(value.source) if value.source else None
    return value if isinstance(value, Unknown) else None


def holds_unknown(value: Any) -> Unknown | None:
    """The first unknown in a value, if any; a value too large to look through counts as one."""
    budget = MAX_ITEMS
    stack = [value]
    while stack:
        item = stack.pop()
        if (unknown := unknown_itself(item)) is not None:
            return unknown
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
        if (budget := budget - 1) < 0:
            return Unknown("too large to look through")
    return None


def identical(left: Any, right: Any) -> bool:
    """Whether two known values are the same, whatever kind of collection they stand in."""
    try:
        return same(left, right, kinds=False)
    except (Unresolved, ArithmeticError):
        return False


def text(value: Any) -> str:
    """A value as Terraform writes it into a text; collections have no text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        if value == int(value):
            return format(Decimal(repr(value)), "f").removesuffix(".0") if isinstance(value, float) else str(value)
        return format(Decimal(repr(value)), "f") if abs(value) >= 1e-6 else _small(value)
    raise TypeError("no text")


def _small(value: float) -> str:
    mantissa, _, exponent = f"{value!r}".partition("e")
    return f"{mantissa}e{int(exponent):03d}" if exponent else mantissa


def truth(value: Any) -> bool:
    """A condition; Terraform also takes the texts."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in ("true", "false", "1", "0"):
        return value in ("true", "1")
    raise TypeError("not a condition")


def same(left: Any, right: Any, *, kinds: bool = True) -> bool:
    """Equality as Terraform has it: ``1`` is not ``"1"`` and not ``true``, a list is no tuple. Raises `Unresolved` for unknown parts."""
    budget = MAX_ITEMS
    stack = [(left, right)]
    while stack:
        a, b = stack.pop()
        budget -= 1
        if budget < 0:
            raise OverflowError("too large")
        for value in (a, b):
            if (unknown := unknown_itself(value)) is not None:
                raise Unresolved(unknown.source)
        if kinds and _kind(a) != _kind(b):
            return False
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


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "map" if isinstance(value, Map) and not isinstance(value, Object) else "object"
    if isinstance(value, list):
        return "set" if isinstance(value, Set) else "list" if isinstance(value, List) else "tuple"
    return ""


def number(value: Any) -> int | float:
    """A number; Terraform also takes its text."""
    if isinstance(value, bool) or value is None:
        raise TypeError("not a number")
    if isinstance(value, str):
        return parsed_number(value)
    if isinstance(value, (int, float)):
        if abs(value) > 1e100 or value != value:  # noqa: PLR0124 - NaN is not itself
            raise OverflowError("too large")
        return value
    raise TypeError("not a number")


def parsed_number(value: str) -> int | float:
    """The number a text stands for, as Terraform reads one."""
    if len(value) > 200 or "_" in value or not value.isascii() or value != value.strip():
        raise ValueError("not a number")
    found = Decimal(value) if value.lower().lstrip("+-")[:1].isdigit() or value.lstrip("+-")[:1] == "." else Decimal("NaN")
    return plain(found)


def plain(value: Decimal) -> int | float:
    """A decimal as an integer where it is one."""
    if not value.is_finite() or abs(value) > Decimal("1e100"):
        raise OverflowError("too large")
    return int(value) if value == value.to_integral_value() else float(value)


def decimal(value: Any) -> Decimal:
    """A number to calculate with: ``0.1 + 0.2`` is ``0.3`` in Terraform."""
    found = number(value)
    return Decimal(found) if isinstance(found, int) else Decimal(repr(found))


class Json(str):
    """The text of ``jsonencode(data)``; ``data`` still has the places and the unknowns.

    Unknown parts are ``null`` in the text and NUL characters in ``shape``, ``source`` says why the first of them is.
    """

    __slots__ = ("data", "shape", "source")
    data: Any
    shape: str
    source: str | None

    @classmethod
    def of(cls, data: Any, span: Span) -> Json | Unknown:
        budget, source = MAX_ITEMS, None
        stack = [data]
        while stack:
            value = stack.pop()
            budget -= 1
            if budget < 0:
                return Unknown(f"too large: {span}")
            if isinstance(value, Unknown):
                source = source or value.source
            stack.extend(value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())
        made = cls(encoded(data))
        made.data, made.source = data, source
        made.shape = encoded(data, "\0").replace("\\u0000", "\0") if source else made
        return made


_HTML = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def encoded(data: Any, unknown: str | None = None) -> str:
    """JSON as Terraform writes it: keys sorted, no spaces, nothing that HTML could take for its own."""
    written = json.dumps(_ready(data), default=lambda _: unknown, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "".join(_HTML.get(character, character) for character in written) if any(mark in written for mark in _HTML) else written


class _Number(float):
    """A number that is written as Terraform writes it."""

    def __repr__(self) -> str:
        return format(Decimal(float.__repr__(self)), "f")


def _ready(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _ready(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_ready(value) for value in data]
    return _Number(data) if isinstance(data, float) and math.isfinite(data) else data
