"""What a matcher is."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..text import brief
from .values import CannotMatch
from .values import told

NO = ""  # does not hold, and there is nothing more to say


class MatcherError(Exception):
    """A matcher that cannot be: why, and where below the attribute."""

    def __init__(self, reason: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(reason)
        self.path = path


@contextmanager
def below(step: str | int) -> Iterator[None]:
    """What is wrong in here is wrong below a key or an index."""
    try:
        yield
    except MatcherError as error:
        error.path = (step, *error.path)
        raise


@dataclass(frozen=True)
class Matcher:
    """What is expected: how it is said, and whether a value meets it.

    ``holds`` returns None where it does, else what is missing or in the way, which may be `NO`.
    """

    said: str
    holds: Callable[[Any], str | None]

    def problem(self, value: Any) -> str | None:
        """What is wrong with a value, as it reads behind the name of the attribute; None where it is as expected."""
        said = brief(self.said, 300)
        try:
            missing = self.holds(value)
        except CannotMatch as reason:
            return f"is {told(value)}, {said} expected: {reason}"
        except RecursionError:
            return f"is nested too deeply to be compared, {said} expected"
        return None if missing is None else f"is {told(value)}, {said} expected{missing}"


def text_argument(name: str, value: Any) -> str:
    """The argument of a matcher that takes a text."""
    if not isinstance(value, str):
        raise MatcherError(f"{name} takes a text, not {told(value, 40)}: put it into quotes")
    return value


def number_argument(name: str, value: Any) -> float:
    """The argument of a matcher that takes a number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise MatcherError(f"{name} takes a number, not {told(value, 40)}")
    return value
