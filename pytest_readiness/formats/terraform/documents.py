"""JSON in an argument: written as text, as a heredoc or with ``jsonencode``."""

from __future__ import annotations

from typing import Any

from ...model import ParseFailure
from ...model import Span
from ...syntax import yaml
from ...unknown import Unknown
from ...unknown import Unresolved
from ...unknown import is_unknown
from .values import Json


def document(value: Any, place: Span) -> Any:
    """What the JSON of an argument says, None for nothing; raises `Unresolved` where it is not known or no JSON."""
    if isinstance(value, Json):
        found = value.data
    elif isinstance(value, str):
        try:
            documents = yaml.parse("embedded.json", value)
        except ParseFailure as failure:
            raise Unresolved(f"the text at {place} is not JSON: {failure.reason}") from None
        found = documents[0].data if documents else None
    elif is_unknown(value):
        raise Unresolved(value.source)
    else:
        found = value
    if isinstance(found, Unknown):
        raise Unresolved(found.source)
    return found


def within(data: Any, *path: str) -> Any:
    """What stands under nested keys, None where one of them is missing; raises `Unresolved` where it is not known."""
    for key in path:
        if isinstance(data, Unknown):
            raise Unresolved(data.source)
        data = data.get(key) if isinstance(data, dict) else None
    return data
