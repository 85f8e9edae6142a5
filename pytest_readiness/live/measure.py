"""What a measurement is compared with, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..criteria import patterns
from ..text import brief
from ..text import safe
from .units import UNITS
from .units import Quantity
from .units import margin
from .units import number
from .units import quantity

# operator -> (how it is said, whether lower is better)
NUMERIC = {"below": ("below", True), "at_most": ("at most", True), "at_least": ("at least", False), "above": ("above", False)}
OPERATORS = (*NUMERIC, "equals", "matches")
LONGEST = 10_000  # characters of an actual that a pattern is tried on


@dataclass(frozen=True)
class Measured:
    """Target and actual of a check, for people and (where they are numbers) for machines."""

    operator: str
    target: str
    actual: str | None
    unit: str
    margin: str
    target_value: float | None = None
    actual_value: float | None = None

    def record(self) -> dict[str, Any]:
        """As the reports have it."""
        return {
            "operator": self.operator,
            "target": safe(self.target),
            "actual": "no data" if self.actual is None else safe(self.actual),
            "unit": self.unit,
            "margin": self.margin,
            "target_value": self.target_value,
            "actual_value": self.actual_value,
        }


@dataclass(frozen=True)
class Judged:
    """What a check found out: problems fail it, ``unknown`` skips it, ``error`` says that it could not be made."""

    problems: tuple[str, ...] = ()
    unknown: str | None = None
    error: str | None = None
    measured: Measured | None = None
    advice: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing is against it so far."""
        return not self.problems and self.error is None and self.unknown is None

    def and_also(self, other: Judged) -> Judged:
        """Both; the first measurement is the one that is told."""
        return Judged(
            (*self.problems, *other.problems),
            self.unknown or other.unknown,
            self.error or other.error,
            self.measured or other.measured,
            (*self.advice, *other.advice),
        )


@dataclass(frozen=True)
class Comparison:
    """An operator with its target; ``unit`` is that of a bare number that was measured, ``skip`` why no data is no failure."""

    operator: str
    target: Any  # a Quantity, or what equals and matches take
    unit: str = ""
    skip: str | None = None

    @property
    def said(self) -> str:
        """The target as people read it."""
        target = self.target
        if isinstance(target, Quantity):
            return f"{NUMERIC[self.operator][0]} {target.told()}" if self.operator in NUMERIC else target.told()
        return f"matches {target}" if self.operator == "matches" else str(target)

    def judge(self, value: Any, *, what: str, text_too: bool = False) -> Judged:
        """Hold a measured value against the target; ``what`` says in messages where it comes from."""
        if value is None or value in ("", [], {}):
            return self._no_data(what)
        if isinstance(value, (dict, list)):
            return Judged(error=f"{what} is a {'mapping' if isinstance(value, dict) else 'list'}, not one value")
        if not isinstance(self.target, Quantity):
            return self._as_text(value, what)
        found = number(value, text_too=text_too)
        if found is None:
            return Judged(error=f"{what} is {_told(value)}, which is not a number: a text that repeats a target measures nothing")
        return self._as_number(Quantity(found, self.unit), what)

    def _no_data(self, what: str) -> Judged:
        unit = self.target.unit if isinstance(self.target, Quantity) else ""
        measured = Measured(self.operator, self.said, None, unit, "no data")
        if self.skip is not None:
            return Judged(unknown=f"no data, which is accepted: {self.skip}", measured=measured)
        return Judged((f"no data: {what} holds nothing, {self.said} expected",), measured=measured)

    def _as_number(self, found: Quantity, what: str) -> Judged:
        target: Quantity = self.target
        actual = found.to(target.unit)
        reached, wanted = actual.value, target.value
        holds = {
            "below": reached < wanted,
            "at_most": reached <= wanted,
            "at_least": reached >= wanted,
            "above": reached > wanted,
            "equals": reached == wanted,
        }[self.operator]
        lower_is_better = NUMERIC[self.operator][1] if self.operator in NUMERIC else reached > wanted
        measured = Measured(
            self.operator,
            self.said,
            actual.readable().told(target),
            target.unit,
            margin(actual, target, lower_is_better=lower_is_better),
            float(wanted / UNITS[target.unit][1]),
            float(actual.number),
        )
        if holds:
            return Judged(measured=measured)
        return Judged((f"{what} is {measured.actual}, {self.said} expected ({measured.margin})",), measured=measured)

    def _as_text(self, value: Any, what: str) -> Judged:
        shown = value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
        if self.operator == "matches":
            holds = patterns.compiled(self.target).search(shown[:LONGEST])
        else:
            holds = value == self.target and isinstance(value, bool) == isinstance(self.target, bool)
        measured = Measured(self.operator, brief(self.said, 80), brief(shown, 80), "", "met" if holds else "not met")
        if holds:
            return Judged(measured=measured)
        expected = f"which does not match {brief(str(self.target))}" if self.operator == "matches" else f"not {brief(self.said)}"
        return Judged((f"{what} is {_told(value)}, {expected}",), measured=measured)


def target_of(operator: str, written: Any) -> Any:
    """What is written as a target, as a quantity or as what `equals` and `matches` take; raises ValueError with a reason for people."""
    if operator == "matches" or (operator == "equals" and isinstance(written, (bool, str)) and not _is_quantity(written)):
        return written
    return quantity(written)


def _is_quantity(written: bool | str) -> bool:
    """Whether what something must equal is a number; a text is one only with a unit, since ``"1.2"`` may be a version."""
    try:
        return bool(quantity(written).unit)
    except ValueError:
        return False


def _told(value: Any) -> str:
    return brief(repr(value) if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value), 80)
