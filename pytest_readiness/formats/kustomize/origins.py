"""Built objects with the places where what is in them was written.

The tool says which file an object comes from. From there a built object is laid over what it was made of:
its origin, then the patches and fields of the kustomizations around it, nearest the overlay first. A value
takes the place of an equal one in the first of these that has it; where nothing says so, it takes the place
of the nearest thing around it that is known. No place is ever guessed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence as Listed
from typing import Any
from typing import NamedTuple

from ...model import Span
from ...syntax.yaml import Mapping
from ...syntax.yaml import RawSpan
from ...syntax.yaml import Sequence
from .patches import Entry
from .patches import Step
from .patches import raw

# what tells the items of a list apart, the most telling first
_IDENTITIES = ("mountPath", "containerPort", "name", "port", "key", "ip", "devicePath", "topologyKey", "host", "path", "kind", "type")
_NAMES = ("mountPath", "containerPort", "name", "port")
Setting = Callable[[str, str, Any, Any], Entry | None]  # parent key, key, value, the value before -> where it was set


class Found(NamedTuple):
    """A value with its places: of its key (or of itself, in a list), and its own."""

    value: Any
    key: RawSpan
    span: RawSpan


class Origins:
    """Lays one built object over its sources."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting

    def of(self, built: Mapping, sources: Listed[Mapping], place: RawSpan) -> Mapping:
        """The object with places; ``place`` is that of the object as a whole."""
        return self._mapping(built, sources, place, "")

    def _value(self, built: Any, sources: Listed[Any], place: RawSpan, parent: str) -> Any:
        if isinstance(built, Mapping):
            return self._mapping(built, [node for node in sources if isinstance(node, Mapping)], place, parent)
        if isinstance(built, Sequence):
            return self._sequence(built, [node for node in sources if isinstance(node, (Sequence, Step))], place, parent)
        return built

    def _mapping(self, built: Mapping, sources: Listed[Mapping], place: RawSpan, parent: str) -> Mapping:
        if sources and not isinstance(sources[0], Step) and sources[0] == built:
            return sources[0]
        written = next((node for node in sources if not isinstance(node, Step)), None)
        mapping = Mapping(written.raw_span if written is not None else place)
        for key in dict.fromkeys((*(written or ()), *built)):  # in the order in which it is written: its first entry is its head
            if key not in built:
                continue
            value = built[key]
            having = [node for node in sources if key in node]
            found = self._entry(key, value, having, place, parent)
            mapping[key] = found.value
            mapping.key_spans[key], mapping.value_spans[key] = found.key, found.span
        return mapping

    def _entry(self, key: str, value: Any, having: Listed[Mapping], place: RawSpan, parent: str) -> Found:
        if isinstance(value, (Mapping, Sequence)):
            holder = next((node for node in having if isinstance(node[key], (type(value), Step))), None)
            if holder is None:
                return Found(self._value(value, (), place, key), place, place)
            head, span = holder.key_spans[key], holder.value_spans[key]
            same = next((node for node in having if node[key] == value), None)
            if same is not None:
                head, span = same.key_spans[key], same.value_spans[key]
            return Found(self._value(value, [node[key] for node in having], head, key), head, span)
        equal = next((node for node in having if _equal(node[key], value)), None)
        if equal is None and (entry := self.setting(parent, key, value, having[0][key] if having else None)) is not None:
            return Found(value, entry.key, entry.value)
        if equal is None:  # what was changed further on its way stands where it was written first
            equal = next((node for node in having if not isinstance(node, Step)), None)
        if equal is None:
            return Found(value, place, place)
        return Found(value, equal.key_spans[key], equal.value_spans[key])

    def _sequence(self, built: Sequence, sources: Listed[Any], place: RawSpan, parent: str) -> Sequence:
        same = next((node for node in sources if not isinstance(node, Step) and node == built), None)
        if same is not None:  # a patch that sets a list sets all of it
            return same  # type: ignore[no-any-return]
        written = next((node for node in sources if not isinstance(node, Step)), None)
        sequence = Sequence(written.raw_span if written is not None else place)
        partners: list[list[tuple[Any, RawSpan]]] = [[] for _ in built]
        for node in sources:
            for index, value, span in _from_pointer(built, node) if isinstance(node, Step) else _paired(built, node):
                partners[index].append((value, span))
        for item, known in zip(built, partners, strict=True):
            span = next((span for value, span in known if value == item), known[0][1] if known else place)
            sequence.append(self._value(item, [value for value, _ in known], _narrow(known, span), parent))
            sequence.item_spans.append(span)
        return sequence


def _equal(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _narrow(known: Listed[tuple[Any, RawSpan]], span: RawSpan) -> RawSpan:
    """A narrow place for an item: the head of a collection."""
    head = next((value for value, own in known if own == span and isinstance(value, (Mapping, Sequence)) and value), None)
    return span if head is None else raw(head.head)


def _paired(built: Sequence, source: Sequence) -> Iterator[tuple[int, Any, RawSpan]]:
    """Items of a built list with those they were made of: by what tells them apart, else by content, else by their place."""
    ours, theirs = _Identities(built), _Identities(source)
    free = dict.fromkeys(range(len(source)))
    partners: dict[int, int] = {}
    for index, item in enumerate(built):
        partner = ours.namesake(item, theirs)
        if partner is not None and partner in free:
            del free[partner]
            partners[index] = partner
    alike: dict[str, list[int]] = {}
    for number in reversed(free):
        alike.setdefault(_written(source[number]), []).append(number)
    for index, item in enumerate(built):
        if index not in partners and (same := alike.get(_written(item))):
            partners[index] = same.pop()
            del free[partners[index]]
    if len(built) == len(source):
        partners.update((index, index) for index in range(len(built)) if index not in partners and index in free)
    yield from ((index, source[partner], source.item_spans[partner]) for index, partner in partners.items())


def _written(value: Any) -> str:
    """A value as text, the same for equal ones."""
    return json.dumps(value, sort_keys=True, default=str)


class _Identities:
    """What tells the items of one list apart."""

    def __init__(self, items: Listed[Any]) -> None:
        self.where: dict[tuple[str, str | int], list[int]] = {}
        for number, item in enumerate(items):
            for key in _IDENTITIES if isinstance(item, dict) else ():
                if isinstance(value := item.get(key), (str, int)):
                    self.where.setdefault((key, value), []).append(number)

    def namesake(self, item: Any, others: _Identities) -> int | None:
        """The one item of another list that has the same identity there as this one has here."""
        if not isinstance(item, dict):
            return None
        for key in _IDENTITIES:
            own = item.get(key)
            if isinstance(own, (str, int)) and len(self.where.get((key, own), ())) == 1:
                partners = others.where.get((key, own), ())
                if len(partners) == 1:
                    return partners[0]
                if not partners and key in _NAMES:
                    return None  # it is another one
        return None


def _from_pointer(built: Sequence, step: Step) -> Iterator[tuple[int, Any, RawSpan]]:
    """What a JSON patch says of an item: by its index, or all of it, wherever it went."""
    value, span = step[step.key], step.value_spans[step.key]
    if step.ends:
        equal = [index for index, item in enumerate(built) if _equal(item, value)]
        if not equal:
            ours, theirs = _Identities(built), _Identities([value])
            equal = [index for index, item in enumerate(built) if ours.namesake(item, theirs) == 0]
        yield from ((index, value, span) for index in equal[-1:])
    elif step.key.isdecimal() and int(step.key) < len(built):
        yield int(step.key), value, span


def whole(path: str) -> RawSpan:
    """A file without a line: where more is not known."""
    return raw(Span(path))
