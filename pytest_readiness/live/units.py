"""Quantities as people write them (``5ms``, ``99.9%``, ``1.5 GiB``), exactly, and how far one is from another.

A small table of our own: pint knows a thousand units, reads ``5min`` and ``%`` its own way, and takes longer to
import than all the rest of a run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN
from decimal import Context
from decimal import Decimal
from decimal import InvalidOperation

# unit -> (what it measures, how many of the first unit of that)
UNITS: dict[str, tuple[str, Decimal]] = {
    "": ("number", Decimal(1)),
    **{
        unit: ("time", Decimal(seconds))
        for unit, seconds in {
            "s": "1", "ms": "0.001", "us": "0.000001", "µs": "0.000001", "ns": "0.000000001",
            "min": "60", "h": "3600", "d": "86400", "w": "604800",
        }.items()
    },
    **{unit: ("share", Decimal(share)) for unit, share in {"ratio": "1", "%": "0.01"}.items()},
    **{
        unit: ("size", Decimal(size))
        for unit, size in {
            "B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
            "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
        }.items()
    },
    **{unit: ("rate", rate) for unit, rate in {"rps": Decimal(1), "/s": Decimal(1), "/min": 1 / Decimal(60)}.items()},
}  # fmt: skip
KNOWN = ", ".join(unit for unit in UNITS if unit)
_QUANTITY = re.compile(
    r"\s*([-+]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][-+]?[0-9]{1,2})?)\s*([A-Za-zµ%/]{0,8})\s*"
).fullmatch
_DIGITS = Context(prec=4, rounding=ROUND_DOWN)
_MORE_DIGITS = Context(prec=15)


@dataclass(frozen=True)
class Quantity:
    """A number of a unit; comparable with those that measure the same."""

    number: Decimal
    unit: str = ""

    @property
    def dimension(self) -> str:
        """What it measures."""
        return UNITS[self.unit][0]

    @property
    def value(self) -> Decimal:
        """In the first unit of its dimension: seconds, shares, bytes, a second."""
        return self.number * UNITS[self.unit][1]

    def to(self, unit: str) -> Quantity:
        """The same in another unit of its dimension."""
        return Quantity(self.value / UNITS[unit][1], unit)

    def readable(self) -> Quantity:
        """In a unit that people read: 11 s, not 0.1833 min. Units that are parts of ten stay."""
        long = [unit for unit in ("w", "d", "h", "min", "s") if UNITS[unit][1] <= UNITS[self.unit][1]] if self.dimension == "time" else []
        if self.unit not in ("w", "d", "h", "min") or not self.value:
            return self
        return self.to(next((unit for unit in long if abs(self.value) >= UNITS[unit][1]), "s"))

    def told(self, other: Quantity | None = None) -> str:
        """For people: four digits, cut; more where it would look like ``other`` without being it."""
        shown = _plain(_DIGITS.create_decimal(self.number))
        if other is not None and other != self and shown == _plain(_DIGITS.create_decimal(other.number)):
            shown = _plain(_MORE_DIGITS.create_decimal(self.number))
        return f"{shown} {self.unit}" if self.unit else shown


def quantity(written: object, unit: str = "") -> Quantity:
    """What is written, with ``unit`` where it names none; raises ValueError with a reason for people."""
    if isinstance(written, bool) or not isinstance(written, (str, int, float, Decimal)):
        raise ValueError(f"{written!r} is not a number")  # noqa: TRY004 - for whoever reads settings it is a wrong value like any other
    match = _QUANTITY(written if isinstance(written, str) else str(written))
    if match is None:
        raise ValueError(f"{written!r} is not a number with a unit such as 5ms, 99.9%, 1.5 GiB")
    if match[2] not in UNITS:
        raise ValueError(f"{written!r}: no unit is called {match[2]!r} (known: {KNOWN})")
    return Quantity(Decimal(match[1]), match[2] or unit)


def number(value: object, *, text_too: bool = False) -> Decimal | None:
    """A measured value as an exact number, None for what is none; ``text_too`` where all values are texts, as in CSV and XML."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str) if text_too else (int, float)):
        return None
    try:
        found = Decimal(str(value).strip()[:400])
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) < 100 else None


def seconds(written: object) -> float:
    """A duration; a bare number is in seconds. Raises ValueError."""
    found = quantity(written, "s")
    if found.dimension != "time":
        raise ValueError(f"{written!r} is not a duration such as 10s, 15min, 92d")
    return float(found.value)


def margin(actual: Quantity, target: Quantity, *, lower_is_better: bool) -> str:
    """How far an actual is from its target: "94 % better", "63 times", "7.1 % worse". Cut, never rounded up."""
    reached, wanted = actual.value, target.value
    if reached == wanted:
        return "exactly"
    better = (reached < wanted) == lower_is_better
    if wanted <= 0 or reached < 0:
        away = Quantity(abs(reached - wanted), "").number / UNITS[target.unit][1]
        return f"by {Quantity(away, target.unit).told()}" + ("" if better else " missed")
    if not lower_is_better and reached >= 2 * wanted:
        return f"{_short(reached / wanted)} times"
    if lower_is_better and reached >= 2 * wanted:
        return f"{_short(reached / wanted)} times too much"
    return f"{_short(abs(reached - wanted) / wanted * 100)} % {'better' if better else 'worse'}"


def _short(value: Decimal) -> str:
    """Two digits, or whole."""
    return str(int(value)) if value >= 10 else _plain(Context(prec=2, rounding=ROUND_DOWN).create_decimal(value))


def _plain(value: Decimal) -> str:
    """Without an exponent and without zeros at the end."""
    shown = f"{value:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
