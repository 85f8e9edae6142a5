"""Values of a plan: known where no mark says that they are unknown until apply."""

from __future__ import annotations

from typing import Any

from ...unknown import Unknown
from .values import Failed
from .values import holds_unknown

MAX_DEPTH = 60  # values within values


def is_unknown_in(mark: Any) -> bool:
    """Whether anything in a mark says that it is unknown."""
    stack, budget = [mark], 10_000
    while stack and (budget := budget - 1) > 0:
        current = stack.pop()
        if current is True:
            return True
        stack.extend(current.values() if isinstance(current, dict) else current if isinstance(current, list) else ())
    return False


def merged(value: Any, mark: Any, hint: Any, source: str, depth: int = 0) -> Any:
    """A value with unknowns where the marks are; ``hint`` is what the expression came to, which may know more of them."""
    if mark is True or depth > MAX_DEPTH:
        telling = hint is not None and type(hint) not in (Unknown, Failed) and holds_unknown(hint) is not None
        return hint if telling else Unknown(f"unknown until apply: {source}")
    if isinstance(mark, dict) and (value is None or isinstance(value, dict)):
        known, hints = value or {}, hint if isinstance(hint, dict) else {}
        return {
            key: merged(known.get(key), mark.get(key), hints.get(key), source, depth + 1)
            if is_unknown_in(mark.get(key))
            else known.get(key)
            for key in {**known, **mark}
            if key in known or is_unknown_in(mark.get(key))
        }
    if isinstance(mark, list) and (value is None or isinstance(value, list)):
        size = max(len(value or ()), len(mark))
        around = hint if isinstance(hint, list) and len(hint) == size else []
        rows = (_filled(each, size) for each in (value or [], mark, around))
        return [merged(item, marked, near, source, depth + 1) for item, marked, near in zip(*rows, strict=True)]
    return value


def _filled(items: list[Any], size: int) -> list[Any]:
    return [*items, *[None] * (size - len(items))]
