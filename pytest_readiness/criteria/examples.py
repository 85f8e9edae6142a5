"""The good and bad samples of a criterion, as they are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..authoring import DEFAULT_FILES
from ..authoring import marked
from ..model import Example
from ..model import Span
from ..syntax.yaml import Mapping
from . import operators
from .mistakes import Mistakes
from .read import Criterion

LANGUAGES = {"docker": "dockerfile", "tf": "hcl", "env": "shell", "repo": "text"}  # of samples, on a rule's page


@dataclass(frozen=True, eq=False)
class Sample:
    """An example of a criterion, and the key it stands under."""

    example: Example
    span: Span


def samples(found: Criterion, on: tuple[str, ...], mistakes: Mistakes) -> Iterator[Sample]:
    """The good and bad examples: a text, a mapping of paths to texts, or a list of these."""
    platform = on[0].partition(".")[0] if on else ""
    for key in ("good", "bad"):
        if key not in found.body:
            continue
        value = found.body[key]
        listed = value if isinstance(value, list) else [value]
        for number, item in enumerate(listed):
            place = found.at(key, number) if isinstance(value, list) else found.at(key)
            files = _files_of(item, platform)
            if files is None:
                mistakes.add(place, f"{found.id}: {key} must be {_sample_shape(platform)}, not {operators.shown(item)}")
                continue
            texts, marks = marked(files)
            narrow = place._replace(end_line=place.line, end_column=place.column + 1) if place.end_line > place.line else place
            yield Sample(Example(key == "good", texts, marks, LANGUAGES.get(platform, "yaml")), narrow)


def _files_of(item: Any, platform: str) -> dict[str, str] | None:
    if isinstance(item, str) and platform in DEFAULT_FILES:
        return {DEFAULT_FILES[platform]: item}
    if isinstance(item, Mapping) and all(isinstance(text, str) or text is None for text in item.values()):
        return {path: text or "" for path, text in item.items()}
    return None


def _sample_shape(platform: str) -> str:
    texts = "a text (with |), or " if platform in DEFAULT_FILES else ""
    return f"{texts}a mapping of paths to texts"
