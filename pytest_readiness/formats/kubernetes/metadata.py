"""Labels and annotations that an organisation has agreed on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Literal

from ...model import Span
from .objects import Object


def not_as_agreed(thing: Object, what: Literal["label", "annotation"], agreed: Iterable[str]) -> Iterator[tuple[str, Span | None]]:
    """What is missing or has another value than ``name=pattern`` says, and where."""
    known = thing.labels if what == "label" else thing.annotations
    section = f"{what}s"
    for wanted in agreed:
        name, _, pattern = wanted.partition("=")
        value = known.get(name)
        place = thing.at("metadata", section, name) if thing.get("metadata", section) is not None else None
        if value is None:
            yield f"misses the {what} {name}", place
        elif pattern and not _matches(pattern, str(value)):
            yield f"the {what} {name} is {value}, not like {pattern}", place


def _matches(pattern: str, value: str) -> bool:
    """Whether a value is as the pattern says; a pattern that is none is compared as text."""
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return pattern == value
