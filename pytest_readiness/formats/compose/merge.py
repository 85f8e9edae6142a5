"""How Compose merges one file over another: mappings entry by entry, lists joined, the rest replaced."""

from __future__ import annotations

from typing import Any

from ...syntax.yaml import Mapping
from ...syntax.yaml import Sequence

_REPLACED = frozenset((("command",), ("entrypoint",), ("healthcheck", "test"), ("provider",)))
_BY_TARGET = frozenset(("volumes", "devices", "secrets", "configs"))


def merge(base: Mapping, over: Mapping, where: tuple[str, ...] = ()) -> Mapping:
    """What Compose makes of a file and one laid over it: mappings merged, lists joined, the rest replaced."""
    result = base.copy()
    for key in over:
        tag = over.tags.get(key)
        if tag == "!reset":
            if key in result:
                remove(result, key)
        elif key not in result or tag == "!override":
            result.put(key, over, clean(over[key]), as_value=True)
            result.tags.pop(key, None)
        else:
            merged = _merge_value(result[key], over[key], (*where, key))
            result.put(key, over if merged is over[key] else base, merged, as_value=True)
    return result


def _merge_value(base: Any, over: Any, where: tuple[str, ...]) -> Any:
    inside = where[2:] if where[:1] == ("services",) else ()
    if inside in _REPLACED:
        return over
    if isinstance(base, Mapping) and isinstance(over, Mapping):
        if inside == ("logging",) and over.get("driver", base.get("driver")) != base.get("driver"):
            return over
        return merge(base, over, where)
    if isinstance(base, Sequence) and isinstance(over, Sequence):
        return _joined(base, over, by_target=inside[:1] != () and inside[0] in _BY_TARGET)
    return over


def _joined(base: Sequence, over: Sequence, *, by_target: bool) -> Sequence:
    """Both lists; of two items with the same target (or that are the same) the later one, in the earlier one's position."""
    result = Sequence(base.raw_span)
    places: dict[Any, int] = {}
    for items in (base, over):
        for item, span in zip(items, items.item_spans, strict=True):
            identity = target(item) if by_target else item if not isinstance(item, (Mapping, Sequence)) else repr(item)
            if identity in places:
                result[places[identity]] = item
                result.item_spans[places[identity]] = span
            else:
                places[identity] = len(result)
                result.append(item)
                result.item_spans.append(span)
    return result


def target(item: Any) -> str:
    """The path in the container that a volume, device, secret or config is for."""
    if isinstance(item, Mapping):
        return str(item.get("target", item.get("source", "")))
    parts = colons(str(item))
    return parts[1] if len(parts) > 1 else parts[0]


def colons(text: str) -> list[str]:
    """The parts between colons that are outside of ``${...}``, brackets and Windows drives."""
    parts, depth, start = [], 0, 0
    for index, character in enumerate(text):
        if character in "{[":
            depth += 1
        elif character in "}]":
            depth -= 1
        elif (
            character == ":"
            and depth <= 0
            and not (
                index - start == 1
                and text[start].isalpha()
                and text[index + 1 : index + 2] in ("\\", "/")
                and len(text) > 3
                and _drive(text, start)
            )
        ):
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


def _drive(text: str, start: int) -> bool:
    r"""``C:\data`` is a drive anywhere, ``c:/data`` only where more colons follow."""
    return text[start + 2 : start + 3] == "\\" or ":" in text[start + 2 :]


def clean(node: Any, depth: int = 4) -> Any:
    """A part with nothing below it: what it resets is simply not there. Nothing that is judged lies deeper."""
    if not isinstance(node, Mapping) or not depth:
        return node
    changed = {key: value for key in node if (value := clean(node[key], depth - 1)) is not node[key]}
    if not node.tags and not changed:
        return node
    result = node.copy()
    result.update(changed)
    for key in node.tags:
        if node.tags[key] == "!reset":
            remove(result, key)
    result.tags.clear()
    return result


def remove(node: Mapping, key: str) -> None:
    """Take an entry out, with its places."""
    del node[key]
    node.key_spans.pop(key, None)
    node.value_spans.pop(key, None)
    node.tags.pop(key, None)
