"""How often a block exists: ``count`` and ``for_each``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from ...syntax import hcl
from ...unknown import Unknown
from ...unknown import is_unknown
from .blocks import Block
from .eval import evaluate
from .eval import pairs
from .scopes import Scope
from .scopes import bound
from .values import NOWHERE
from .values import List
from .values import Object
from .values import Thing
from .values import Things
from .values import number

if TYPE_CHECKING:
    from .module import Module

MAX_VARIANTS = 32
MAX_INSTANCES = 1_000


@dataclass(frozen=True, eq=False)
class Instances:
    """What the names of a block mean (in each of its instances, where these are few) and how often it exists."""

    scope: Scope
    variants: tuple[Scope, ...] = ()
    amount: int | None = None
    certain: bool = True


def instances_of(block: hcl.Block, module: Module) -> Instances:
    """The instances of a block; ``amount`` is None where there is just it, or where it is not known."""
    attributes = block.body.attributes
    if count := attributes.get("count"):
        amount = _amount(evaluate(count.expression, module))
        reason = f"differs by instance: {count.expression.source}"
        if amount is None:
            return Instances(bound(module, {"count": {"index": Unknown(reason)}}), certain=False)
        return _few(module, "count", [{"index": index} for index in range(min(amount, MAX_VARIANTS + 1))], amount, reason)
    if for_each := attributes.get("for_each"):
        value = evaluate(for_each.expression, module)
        reason = f"differs by instance: {for_each.expression.source}"
        if not isinstance(value, (dict, list)):
            return Instances(bound(module, {"each": Unknown(reason)}), certain=False)
        entries = _entries(value)
        each = [{"key": key, "value": item} for key, item in entries[: MAX_VARIANTS + 1]]
        return _few(module, "each", each, len(entries), reason)
    return Instances(module)


def _amount(value: Any) -> int | None:
    try:
        return None if is_unknown(value) else int(number(value))
    except (TypeError, ValueError, ArithmeticError):
        return None


def _entries(value: Any) -> list[tuple[Any, Any]]:
    """What ``for_each`` makes instances of: keys with values, or the items of a set."""
    return pairs(value) if isinstance(value, dict) else [(item, item) for item in value]


def _few(module: Module, name: str, values: list[dict[str, Any]], amount: int, reason: str) -> Instances:
    if not values or len(values) > MAX_VARIANTS:
        return Instances(bound(module, {name: Unknown(reason)}), (), amount)
    scopes = tuple(bound(module, {name: value}) for value in values)
    return Instances(scopes[0], scopes if len(scopes) > 1 else (), amount)


def several(block: Block, module: Module, made: Callable[[Scope | None], Thing]) -> Any:
    """What a block stands for in an expression: itself, a list or an object of its instances, or unknown many."""
    body, instances = block.section.body, block.instances
    attributes = body.attributes if body else {}
    if "count" not in attributes and "for_each" not in attributes:
        return made(None)
    if instances is None or instances > MAX_INSTANCES:
        return Things(f"{module.prefix}{block.address}", module, lambda _: made(None))
    if "count" in attributes:
        return List((made(bound(module, {"count": {"index": index}})) for index in range(instances)), NOWHERE)
    entries = _entries(evaluate(attributes["for_each"].expression, module))
    return Object({key: made(bound(module, {"each": {"key": key, "value": item}})) for key, item in entries if isinstance(key, str)})
