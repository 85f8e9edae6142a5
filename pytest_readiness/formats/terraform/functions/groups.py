"""Functions of lists, sets and maps, and conversions between types."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from ....syntax import yaml
from ....unknown import Unknown
from ....unknown import Unresolved
from ..types import ANY
from ..types import convert
from ..types import set_of
from ..types import type_of
from ..types import unified
from ..values import MAX_ITEMS
from ..values import NOWHERE
from ..values import Failed
from ..values import List
from ..values import Map
from ..values import Object
from ..values import Set
from ..values import same
from ..values import truth
from .calling import ITEMS
from .calling import NUMBER
from .calling import TEXT
from .calling import TEXTS
from .calling import function

SET = ("set", ANY)


def _tuple(items: Any) -> yaml.Sequence:
    made = yaml.Sequence(NOWHERE)
    made.extend(items)
    return made


def _sequence(value: Any) -> Any:
    if not isinstance(value, list):
        raise TypeError("a list required")
    return value


def _ordered(value: Any) -> Any:
    if isinstance(value, Set):
        raise TypeError("a set has no order")
    return _sequence(value)


def _mapping(value: Any) -> Any:
    if not isinstance(value, dict):
        raise TypeError("a map required")
    return value


def _is_map(value: Any) -> bool:
    return isinstance(value, Map) and not isinstance(value, Object)


def _merge(*maps: Any) -> Any:
    given = [value for value in maps if value is not None]
    alike = all(map(_is_map, given)) and len({repr(type_of(value)) for value in given}) == 1
    merged: yaml.Mapping = Map() if alike else Object()
    for value in given:
        for key, item in _mapping(value).items():
            merged[key] = item
            if isinstance(value, yaml.Mapping) and key in value.key_spans and key in value.value_spans:
                merged.key_spans[key], merged.value_spans[key] = value.key_spans[key], value.value_spans[key]
            else:
                merged.key_spans.pop(key, None)
                merged.value_spans.pop(key, None)
    return merged


def _concat(*lists: Any) -> Any:
    items = [item for items in lists for item in _ordered(items)]
    if all(isinstance(value, List) for value in lists):
        type_ = unified(map(type_of, lists))
        return List(items) if type_ is None else convert(List(items), type_)
    made = _tuple(items)
    if all(isinstance(value, yaml.Sequence) and len(value.item_spans) == len(value) for value in lists):
        made.item_spans.extend(span for value in lists for span in value.item_spans)
    return made


def _distinct(items: Any) -> List:
    found: list[Any] = []
    simple = all(isinstance(item, str) for item in items)
    if simple:
        return List(dict.fromkeys(items))
    for item in items:
        if not any(same(item, other) for other in found):
            found.append(item)
        if len(found) > 300:
            raise OverflowError("too large")
    return List(found)


def _flatten(items: Any) -> Any:
    flat: list[Any] = []
    stack = [iter(_sequence(items))]
    while stack:
        for item in stack[-1]:
            if isinstance(item, Unknown):
                return Unknown(item.source)
            if isinstance(item, list):
                stack.append(iter(item))
                break
            flat.append(item)
            if len(flat) > MAX_ITEMS or len(stack) > 200:
                raise OverflowError("too large")
        else:
            stack.pop()
    return _tuple(flat)


def _lookup(mapping: Any, key: str, *default: Any) -> Any:
    found = _mapping(mapping).get(key, _MISSING)
    if found is _MISSING:
        if not default:
            raise LookupError(key)
        found = default[0]
        if _is_map(mapping) and not isinstance(found, Unknown):
            type_ = type_of(mapping)[1]
            found = convert(found, type_)
    return found


_MISSING = object()


def _coalesce(*values: Any) -> Any:
    type_ = unified(map(type_of, values))
    if type_ is None:
        raise TypeError("values of different types")
    for value in values:
        if isinstance(value, Failed):
            return value
        if isinstance(value, Unknown):
            return Unknown(value.source)
        if value is not None and value != "":
            return convert(value, type_)
    raise ValueError("nothing")


def _coalesce_list(*lists: Any) -> Any:
    for value in lists:
        if isinstance(value, Unknown):
            return Unknown(value.source)
        _ordered(value)
    for value in lists:
        if value:
            return value
    raise ValueError("nothing")


def _contains(items: Any, wanted: Any) -> Any:
    if wanted is None:
        raise TypeError("null")
    unknown = None
    for item in _sequence(items):
        try:
            if same(item, wanted):
                return True
        except Unresolved as unresolved:
            unknown = unresolved.reason
    return False if unknown is None else Unknown(unknown)


def _index(items: Any, wanted: Any) -> Any:
    for place, item in enumerate(_ordered(items)):
        if same(item, wanted):
            return place
    raise ValueError("not found")


def _length(value: Any) -> int:
    if isinstance(value, (str, list, dict)):
        return len(value)
    raise TypeError("no length")


def _element(items: Any, index: Any) -> Any:
    if isinstance(items, Set) or index != int(index) or index < 0:
        raise TypeError("no element")
    return _sequence(items)[int(index) % len(items)]


def _keys(mapping: Any) -> List:
    return List(sorted(_mapping(mapping)))


def _values(mapping: Any) -> Any:
    items = [mapping[key] for key in sorted(_mapping(mapping))]
    return List(items) if _is_map(mapping) else _tuple(items)


def _zipmap(keys: Any, values: Any) -> Any:
    if len(keys) != len(_ordered(values)):
        raise ValueError("lists of different lengths")
    pairs = dict(zip(keys, values, strict=True))
    return Map(pairs) if isinstance(values, List) else Object(pairs)


def _one(items: Any) -> Any:
    if len(_sequence(items)) > 1:
        raise ValueError("more than one")
    return items[0] if items else None


def _all_true(items: Any) -> Any:
    for item in _sequence(items):
        if isinstance(item, Unknown):
            return Unknown(item.source)
        if item is None or not truth(item):
            return False
    return True


def _any_true(items: Any) -> Any:
    unknown = None
    for item in _sequence(items):
        if isinstance(item, Unknown):
            unknown = item if unknown is None else unknown
        elif item is not None and truth(item):
            return True
    return False if unknown is None else Unknown(unknown.source)


def _slice(items: Any, start: Any, end: Any) -> Any:
    first, last = int(start), int(end)
    if first != start or last != end or isinstance(items, Set) or not 0 <= first <= last <= len(_sequence(items)):
        raise ValueError("outside of the list")
    return List(items[first:last]) if isinstance(items, List) else _tuple(items[first:last])


def _reverse(items: Any) -> Any:
    turned = list(reversed(_sequence(items)))
    return List(turned) if isinstance(items, List) else _tuple(turned)


def _chunks(items: Any, size: Any) -> List:
    length = int(size)
    if size < 0 or length != size:
        raise ValueError("no size")
    if not length:
        return List([List(items)] if items else ())
    return List(List(items[place : place + length]) for place in range(0, len(items), length))


def _compact(items: Any) -> List:
    return List(item for item in items if item not in ("", None))


def _match_keys(values: Any, keys: Any, wanted: Any) -> List:
    if len(values) != len(keys):
        raise ValueError("lists of different lengths")
    return List(value for value, key in zip(values, keys, strict=True) if any(same(key, want) for want in wanted))


def _product(*collections: Any) -> Any:
    if len(collections) < 2:
        raise TypeError("at least two required")
    given = [items if isinstance(items, Set) else convert(items, ITEMS) for items in collections]
    size = 1
    for items in given:
        size *= max(len(_sequence(items)), 1)
        if size > MAX_ITEMS:
            raise OverflowError("too large")
    found = [_tuple(items) for items in itertools.product(*given)]
    return set_of(found) if any(isinstance(items, Set) for items in collections) else List(found)


def _sets(call: Callable[[list[Any], list[Any]], list[Any]]) -> Callable[..., Any]:
    def over(first: Any, *others: Any) -> Set:
        type_ = unified(map(type_of, (first, *others)))
        if type_ is None:
            raise TypeError("sets of different types")
        found: list[Any] = list(convert(first, type_))
        for other in others:
            found = call(found, list(convert(other, type_)))
        return set_of(found)

    return over


def _among(item: Any, items: list[Any]) -> bool:
    return any(same(item, other) for other in items)


def _transpose(mapping: Any) -> Map:
    made: dict[str, list[str]] = {}
    for key in sorted(mapping):
        for item in mapping[key]:
            made.setdefault(item, []).append(key)
    return Map({key: List(items) for key, items in sorted(made.items())})


def _to(type_: Any) -> Callable[[Any], Any]:
    return lambda value: convert(value, type_)


def _sum_of(call: Callable[..., Any], *types: Any, **more: Any) -> Callable[..., Any]:
    return function(call, *types, shallow=True, **more)


GROUPS: Mapping[str, Callable[..., Any]] = {
    "concat": _sum_of(_concat, rest=ANY),
    "merge": _sum_of(_merge, rest=ANY),
    "lookup": _sum_of(_lookup, ANY, TEXT, rest=ANY),
    "length": _sum_of(_length, ANY),
    "contains": _sum_of(_contains, ANY, ANY),
    "index": function(_index, ANY, ANY),
    "compact": function(_compact, TEXTS),
    "flatten": _sum_of(_flatten, ANY),
    "distinct": function(_distinct, ITEMS),
    "element": _sum_of(_element, ANY, NUMBER),
    "keys": _sum_of(_keys, ANY),
    "values": _sum_of(_values, ANY),
    "zipmap": _sum_of(_zipmap, TEXTS, ANY),
    "coalesce": _coalesce,
    "coalescelist": _coalesce_list,
    "one": _sum_of(_one, ANY),
    "alltrue": _sum_of(_all_true, ANY),
    "anytrue": _sum_of(_any_true, ANY),
    "slice": _sum_of(_slice, ANY, NUMBER, NUMBER),
    "reverse": _sum_of(_reverse, ANY),
    "sort": function(lambda items: List(sorted(items)), TEXTS),
    "chunklist": _sum_of(_chunks, ITEMS, NUMBER),
    "matchkeys": function(_match_keys, ITEMS, ITEMS, ITEMS),
    "transpose": function(_transpose, ("map", TEXTS)),
    "setproduct": function(_product, rest=ANY),
    "setunion": function(_sets(lambda left, right: [*left, *right]), SET, rest=SET),
    "setintersection": function(_sets(lambda left, right: [item for item in left if _among(item, right)]), SET, rest=SET),
    "setsubtract": function(_sets(lambda left, right: [item for item in left if not _among(item, right)]), SET, SET),
    "tolist": _sum_of(_to(ITEMS), ANY),
    "toset": function(_to(SET), ANY),
    "tomap": _sum_of(_to(("map", ANY)), ANY),
    "tostring": _sum_of(_to(TEXT), ANY),
    "tonumber": _sum_of(_to(NUMBER), ANY),
    "tobool": _sum_of(_to("bool"), ANY),
    "sensitive": lambda value: value,
    "nonsensitive": lambda value: value,
    "ephemeralasnull": lambda value: value,
}
