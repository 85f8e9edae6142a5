"""Matchers against the elements of a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .matcher import Matcher
from .values import CannotMatch

MAX_PAIRS = 1_000_000  # elements by matchers


def some(items: Iterable[Any], matcher: Matcher) -> bool:
    """Whether an item matches; one that the matcher cannot be asked of counts only where none does."""
    reason: CannotMatch | None = None
    for item in items:
        try:
            if matcher.holds(item) is None:
                return True
        except CannotMatch as error:
            reason = error
    if reason is not None:
        raise reason
    return False


def unmatched(matchers: list[Matcher], items: list[Any]) -> list[Matcher]:
    """The matchers left over when each takes an item of its own, as many as can."""
    if len(matchers) * len(items) > MAX_PAIRS:
        raise CannotMatch(f"{len(items)} elements are too many for {len(matchers)} matchers")
    wanted = [[index for index, item in enumerate(items) if _meets(matcher, item)] for matcher in matchers]
    taken: dict[int, int] = {}
    return [matchers[number] for number in range(len(matchers)) if not _placed(number, wanted, taken)]


def _meets(matcher: Matcher, item: Any) -> bool:
    try:
        return matcher.holds(item) is None
    except CannotMatch:
        return False


def _placed(start: int, wanted: list[list[int]], taken: dict[int, int]) -> bool:
    """Find an item for a matcher, moving others on (breadth first, so that nothing recurses)."""
    came: dict[int, int] = {}  # item -> the matcher that asked for it
    queue = [start]
    for number in queue:
        for index in wanted[number]:
            if index in came:
                continue
            came[index] = number
            if index not in taken:
                _hand_on(index, came, taken)
                return True
            queue.append(taken[index])
    return False


def _hand_on(free: int, came: dict[int, int], taken: dict[int, int]) -> None:
    """An item is free: everybody on the way to it takes the one they asked for, and leaves the one they had."""
    index: int | None = free
    while index is not None:
        owner = came[index]
        before = next((item for item, who in taken.items() if who == owner), None)
        taken[index] = owner
        index = before
