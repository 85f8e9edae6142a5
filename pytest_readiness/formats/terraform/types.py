"""Types: what a variable's constraint asks for, and what Terraform converts values to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...syntax import hcl_expressions as hcl
from ...syntax import yaml
from ...unknown import is_unknown
from .values import NOWHERE
from .values import Either
from .values import List
from .values import Map
from .values import Object
from .values import PartialText
from .values import Set
from .values import encoded
from .values import parsed_number
from .values import same
from .values import text
from .values import truth

MAX_DEPTH = 60
ANY = "any"
PRIMITIVES = ("string", "number", "bool")
Type = Any  # "any", a primitive, ("list", Type), ("object", {name: (Type, default or ())}) ...


class Mismatch(TypeError):
    """A value that is not of the type that is asked for."""


# -- constraints


def constraint(expression: hcl.Expression, depth: int = 0) -> Type:
    """The type that ``type = …`` asks for; anything where it is not understood."""
    if depth > MAX_DEPTH:
        return ANY
    if isinstance(expression, hcl.Literal) and isinstance(expression.value, str):  # as Terraform 0.11 had it
        if "(" in expression.value:  # in JSON every type is a text
            return constraint(hcl.read(expression.value, expression.span), depth + 1)
        return {"list": ("list", ANY), "map": ("map", ANY)}.get(expression.value, expression.value)
    if isinstance(expression, hcl.Reference) and isinstance(expression.root, str) and not expression.steps:
        root = expression.root
        return root if root in PRIMITIVES else (root, ANY) if root in ("list", "set", "map") else ANY
    if isinstance(expression, hcl.Call) and expression.arguments:
        return _constructed(expression.name, expression.arguments[0], depth)
    return ANY


def _constructed(name: str, argument: hcl.Expression, depth: int) -> Type:
    if name in ("list", "set", "map"):
        return (name, constraint(argument, depth + 1))
    if name == "tuple" and isinstance(argument, hcl.Tuple):
        return ("tuple", tuple(constraint(item, depth + 1) for item in argument.items))
    if name == "object" and isinstance(argument, hcl.Object):
        made = {}
        for key, value in argument.items:
            if isinstance(key, hcl.Literal):
                made[str(key.value)] = _attribute(value, depth + 1)
        return ("object", made)
    return ANY


def _attribute(expression: hcl.Expression, depth: int) -> tuple[Type, tuple[hcl.Expression | None, ...]]:
    """The type of an attribute, and what stands for it when it is left out: nothing, null or a default."""
    if isinstance(expression, hcl.Call) and expression.name == "optional" and expression.arguments:
        default = expression.arguments[1] if len(expression.arguments) > 1 else None
        return constraint(expression.arguments[0], depth), (default,)
    return constraint(expression, depth), ()


# -- what values are


def type_of(value: Any, depth: int = 0) -> Type:
    """The type of a value; unknown and null are of any."""
    if depth > MAX_DEPTH or value is None:
        return ANY
    if isinstance(value, (str, PartialText)):
        return "string"
    if is_unknown(value):
        return ANY
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, dict):
        if isinstance(value, Map) and not isinstance(value, Object):
            return ("map", _element(value.values(), depth))
        return ("object", {key: (type_of(item, depth + 1), ()) for key, item in value.items()})
    if isinstance(value, Set):
        return ("set", _element(value, depth))
    if isinstance(value, List):
        return ("list", _element(value, depth))
    if isinstance(value, list):
        return ("tuple", tuple(type_of(item, depth + 1) for item in value))
    return ANY


def _element(items: Iterable[Any], depth: int) -> Type:
    for _, item in zip(range(50), items, strict=False):
        if (found := type_of(item, depth + 1)) != ANY:
            return found
    return ANY


def unified(types: Iterable[Type], depth: int = 0) -> Type | None:
    """The one type that all of these convert to, None where there is none."""
    found: list[Type] = []
    for type_ in types:
        if type_ not in found:
            found.append(type_)
    if depth > MAX_DEPTH or not found:
        return ANY
    concrete = [type_ for type_ in found if type_ != ANY]
    if len(concrete) < 2:
        return concrete[0] if concrete else ANY
    if all(type_ in PRIMITIVES for type_ in concrete):
        return "string" if "string" in concrete else None
    kinds = {type_[0] if isinstance(type_, tuple) else type_ for type_ in concrete}
    if kinds <= {"object", "map"}:
        return _unified_maps(concrete, kinds, depth)
    if kinds <= {"list", "set", "tuple"}:
        return _unified_lists(concrete, kinds, depth)
    return None


def _unified_maps(types: list[Type], kinds: set[str], depth: int) -> Type | None:
    if kinds == {"object"} and all(type_[1].keys() == types[0][1].keys() for type_ in types):
        made = {name: (unified((type_[1][name][0] for type_ in types), depth + 1), ()) for name in types[0][1]}
        return None if any(type_ is None for type_, _ in made.values()) else ("object", made)
    inner: list[Type] = []
    for kind, of in types:
        inner += [of] if kind == "map" else [type_ for type_, _ in of.values()]
    element = unified(inner, depth + 1)
    return None if element is None else ("map", element)


def _unified_lists(types: list[Type], kinds: set[str], depth: int) -> Type | None:
    if kinds == {"tuple"} and len({len(type_[1]) for type_ in types}) == 1:
        made = tuple(unified(items, depth + 1) for items in zip(*(type_[1] for type_ in types), strict=True))
        return None if None in made else ("tuple", made)
    inner: list[Type] = []
    for kind, of in types:
        inner += (of if "set" not in kinds else ()) if kind == "tuple" else [of]  # a tuple becomes what the set is
    element = unified(inner, depth + 1)
    if element is None:
        return None
    return ("set" if "set" in kinds and "list" not in kinds else "list", element)


# -- conversion


def convert(value: Any, type_: Type, default: Any = None, depth: int = 0) -> Any:
    """The value as a type; raises `Mismatch` where it is not one. ``default`` evaluates what an optional attribute is without a value."""
    if value is None or type_ == ANY or depth > MAX_DEPTH:
        return value
    if isinstance(value, Either):
        return type(value)(value.source, tuple(convert(option, type_, default, depth) for option in value.options))
    if is_unknown(value):
        return value
    if type_ in PRIMITIVES:
        return _primitive(value, type_)
    kind, of = type_
    if kind in ("list", "set", "tuple"):
        return _items(value, kind, of, default, depth)
    if not isinstance(value, dict):
        raise Mismatch(f"{kind} required")
    return _map(value, of, default, depth) if kind == "map" else _object(value, of, default, depth)


def _primitive(value: Any, type_: str) -> Any:
    if type_ == "string":
        return value if isinstance(value, str) else text(value)
    if type_ == "bool":
        return truth(value)
    if isinstance(value, str):
        return parsed_number(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    raise Mismatch("a number required")


def _items(value: Any, kind: str, of: Any, default: Any, depth: int) -> Any:
    if not isinstance(value, list):
        raise Mismatch(f"{kind} required")
    if kind == "tuple":
        if len(value) != len(of):
            raise Mismatch("a tuple of another length")
        made: yaml.Sequence = yaml.Sequence(_place(value))
        made.extend(convert(item, type_, default, depth + 1) for item, type_ in zip(value, of, strict=True))
    else:
        if of == ANY:
            of = unified(type_of(item) for item in value)
            if of is None:
                raise Mismatch("items of different types")
        items = [convert(item, of, default, depth + 1) for item in value]
        made = List(items, _place(value)) if kind == "list" else set_of(items, _place(value))
    if isinstance(value, yaml.Sequence) and len(made) == len(value) and kind != "set":
        made.item_spans.extend(value.item_spans)
    return made


def _place(value: Any) -> tuple[str, int, int, int, int]:
    return value.raw_span if isinstance(value, (yaml.Mapping, yaml.Sequence)) else NOWHERE


def _placed(made: yaml.Mapping, value: dict[str, Any]) -> yaml.Mapping:
    if isinstance(value, yaml.Mapping):
        made.key_spans.update((key, span) for key, span in value.key_spans.items() if key in made)
        made.value_spans.update((key, span) for key, span in value.value_spans.items() if key in made)
    return made


def _map(value: dict[str, Any], of: Type, default: Any, depth: int) -> Any:
    if of == ANY:
        of = unified(type_of(item) for item in value.values())
        if of is None:
            raise Mismatch("values of different types")
    return _placed(Map({key: convert(item, of, default, depth + 1) for key, item in value.items()}, _place(value)), value)


def _object(value: dict[str, Any], of: dict[str, Any], default: Any, depth: int) -> Any:
    made = yaml.Mapping(_place(value))
    for name, (type_, left_out) in of.items():
        item = value.get(name)
        if name not in value and not left_out:
            raise Mismatch(f"attribute {name} is required")
        if item is None and left_out and left_out[0] is not None and default is not None:
            item = default(left_out[0])
        made[name] = convert(item, type_, default, depth + 1)
    return _placed(made, value)


_ORDER = {bool: 0, int: 1, float: 1, type(None): 3}


def set_of(items: Iterable[Any], place: tuple[str, int, int, int, int] = NOWHERE) -> Set:
    """The items once each, in Terraform's order; raises `Unresolved` where one is not known."""
    found = list(items)
    if all(item is None or isinstance(item, (str, int, float)) for item in found):
        return Set(sorted({(isinstance(item, bool), item): item for item in found}.values(), key=_rank), place)
    kept: list[Any] = []
    for item in found:
        if len(kept) > 300:
            raise OverflowError("too large")
        if not any(same(item, other) for other in kept):
            kept.append(item)
    return Set(sorted(kept, key=encoded), place)


def _rank(item: Any) -> tuple[int, Any]:
    return _ORDER.get(type(item), 2), "" if item is None else item
