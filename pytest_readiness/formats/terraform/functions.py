"""Terraform's functions, as far as they help to know a value. An unknown argument gives an unknown result."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from ...syntax.yaml import Mapping as Object
from ...unknown import Unknown
from ...unknown import Unresolved
from ...unknown import is_unknown
from .values import same
from .values import text


def _known(function: Callable[..., Any]) -> Callable[..., Any]:
    """Unknown where an argument is, or an item of one."""

    def call(*arguments: Any) -> Any:
        for value in arguments:
            items = value if isinstance(value, list) else ()
            for item in (value, *items):
                if is_unknown(item):
                    return Unknown(item.source)
        return function(*arguments)

    return call


def _whole(function: Callable[..., Any]) -> Callable[..., Any]:
    """Unknown where an argument itself is; its items may be."""

    def call(*arguments: Any) -> Any:
        for value in arguments:
            if is_unknown(value):
                return Unknown(value.source)
        return function(*arguments)

    return call


def _merge(*maps: Any) -> Any:
    merged = Object(("", 0, 0, 0, 0))
    for value in maps:
        for key, item in (value or {}).items():
            if isinstance(value, Object):
                merged.put(key, value)
            else:
                merged[key] = item
                merged.key_spans.pop(key, None)
                merged.value_spans.pop(key, None)
    return merged if len(merged.key_spans) == len(merged) else dict(merged)


def _distinct(items: Any) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if not any(same(item, other) for other in found):
            found.append(item)
        if len(found) > 200:
            raise ValueError("too large")
    return found


def _flatten(items: Any) -> Any:
    flat: list[Any] = []
    stack = [iter(items)]
    while stack:
        for item in stack[-1]:
            if is_unknown(item):
                return Unknown(item.source)
            if isinstance(item, list):
                stack.append(iter(item))
                break
            flat.append(item)
            if len(flat) > 20_000 or len(stack) > 200:
                raise ValueError("too large")
        else:
            stack.pop()
    return flat


def _lookup(mapping: Any, key: Any, *default: Any) -> Any:
    if is_unknown(mapping) or is_unknown(key):
        return Unknown((mapping if is_unknown(mapping) else key).source)
    return mapping[text(key)] if not default else mapping.get(text(key), default[0])


def _coalesce(*values: Any) -> Any:
    for value in values:
        if is_unknown(value):
            return Unknown(value.source)
        if value is not None and value != "":
            return value
    raise ValueError("nothing")


def _contains(items: Any, wanted: Any) -> Any:
    unknown = None
    for item in items:
        try:
            if same(item, wanted):
                return True
        except Unresolved as unresolved:
            unknown = unresolved.reason
    return False if unknown is None else Unknown(unknown)


_VERB = re.compile(r"%(?:%|([sdvq]))")


def _format(pattern: Any, *values: Any) -> str:
    left = iter(values)

    def verb(found: re.Match[str]) -> str:
        if found[1] is None:
            return "%"
        return json.dumps(text(next(left))) if found[1] == "q" else text(next(left))

    if "%" in _VERB.sub("", pattern):
        raise ValueError("a verb we do not know")
    return _VERB.sub(verb, pattern)


def _tobool(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    return {"true": True, "false": False}[value]


def _tonumber(value: Any) -> Any:
    if isinstance(value, str):
        return int(value) if value.lstrip("-").isdigit() else float(value)
    return value


def _values(mapping: Any) -> list[Any]:
    return [mapping[key] for key in sorted(mapping)]


def _replace(value: str, old: str, new: str) -> str:
    if old.startswith("/") and old.endswith("/") and len(old) > 1:
        raise ValueError("a pattern")  # RE2 is not Python's re, and a pattern may be slow
    return value.replace(old, new)


def _element(items: Any, index: Any) -> Any:
    return items[int(index) % len(items)]


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "lower": _known(lambda value: value.lower()),
    "upper": _known(lambda value: value.upper()),
    "title": _known(lambda value: value.title()),
    "trimspace": _known(lambda value: value.strip()),
    "trim": _known(lambda value, characters: value.strip(characters)),
    "trimprefix": _known(lambda value, start: value.removeprefix(start)),
    "trimsuffix": _known(lambda value, end: value.removesuffix(end)),
    "chomp": _known(lambda value: value.rstrip("\r\n")),
    "format": _known(_format),
    "join": _known(lambda between, *lists: between.join(text(item) for items in lists for item in items)),
    "split": _known(lambda between, value: value.split(between)),
    "replace": _known(_replace),
    "concat": _whole(lambda *lists: [item for items in lists for item in items]),
    "merge": _whole(_merge),
    "lookup": _lookup,
    "length": _whole(len),
    "contains": _whole(_contains),
    "compact": _known(lambda items: [item for item in items if item not in ("", None)]),
    "flatten": _whole(_flatten),
    "distinct": _known(_distinct),
    "element": _whole(_element),
    "keys": _whole(sorted),
    "values": _whole(_values),
    "coalesce": _coalesce,
    "tolist": _whole(list),
    "toset": _known(lambda items: sorted(_distinct(items), key=str)),
    "tomap": _whole(lambda mapping: mapping),
    "tostring": _known(lambda value: None if value is None else text(value)),
    "tonumber": _known(_tonumber),
    "tobool": _known(_tobool),
    "sensitive": lambda value: value,
    "nonsensitive": lambda value: value,
    "max": _known(max),
    "min": _known(min),
    "abs": _known(abs),
    "one": _whole(lambda items: items[0] if items else None),
    "startswith": _known(lambda value, start: value.startswith(start)),
    "endswith": _known(lambda value, end: value.endswith(end)),
}
