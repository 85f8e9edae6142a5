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
from .values import PartialText

_GAP = "\ue000"  # stands for what is not known inside of a text; no JSON of ours holds it


def document(value: Any, place: Span) -> Any:
    """What the JSON of an argument says, None for nothing; raises `Unresolved` where it is not known or no JSON.

    In a text with unknown parts, ``"${x}"`` is unknown and ``"arn:${x}:y"`` a text with unknown parts again.
    """
    if isinstance(value, Json):
        found = value.data
    elif isinstance(value, PartialText):
        found = _filled(_parsed(value.shape.replace("\0", _GAP), place), value.source)
    elif isinstance(value, str):
        found = _parsed(value, place)
    elif is_unknown(value):
        raise Unresolved(value.source)
    else:
        found = value
    if isinstance(found, Unknown):
        raise Unresolved(found.source)
    return found


def _parsed(text: str, place: Span) -> Any:
    try:
        documents = yaml.parse("embedded.json", text)
    except ParseFailure as failure:
        raise Unresolved(f"the text at {place} is not JSON: {failure.reason}") from None
    return documents[0].data if documents else None


def _filled(data: Any, source: str) -> Any:
    """The data with unknown values where the text had gaps; as deep as the parser allows."""
    if isinstance(data, dict):
        return {key.replace(_GAP, "") if isinstance(key, str) else key: _filled(value, source) for key, value in data.items()}
    if isinstance(data, list):
        return [_filled(item, source) for item in data]
    if isinstance(data, str) and _GAP in data:
        return Unknown(source) if data.strip(_GAP) == "" else PartialText(source, data.replace(_GAP, "\0"))
    return data


def within(data: Any, *path: str) -> Any:
    """What stands under nested keys, None where one of them is missing; raises `Unresolved` where it is not known."""
    for key in path:
        if isinstance(data, Unknown):
            raise Unresolved(data.source)
        data = data.get(key) if isinstance(data, dict) else None
    return data
