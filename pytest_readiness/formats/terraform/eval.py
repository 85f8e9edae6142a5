"""What a Terraform expression comes to without running Terraform.

Known values are plain data (objects and lists keep their places: `yaml.Mapping`, `yaml.Sequence`),
everything else is `Unknown` with the reason. Values may hold unknown parts. What Terraform leaves
unknown stays unknown here (``false && unknown``, ``try(unknown, d)``).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import Protocol

from ...syntax import hcl_expressions as hcl
from ...syntax.yaml import Mapping as Object
from ...syntax.yaml import Sequence as Tuple
from ...unknown import Unknown
from ...unknown import Unresolved
from ...unknown import is_unknown
from . import functions as terraform_functions
from .values import MAX_ITEMS
from .values import Computed
from .values import Either
from .values import Json
from .values import PartialText
from .values import number
from .values import options
from .values import same
from .values import text
from .values import truth

MAX_DEPTH = 100
MAX_TEXT = 1_000_000


class Scope(Protocol):
    """What names mean where an expression stands."""

    def variable(self, name: str) -> Any:
        """``var.name``."""

    def local(self, name: str) -> Any:
        """``local.name``."""

    def argument(self, address: str, name: str) -> Any:
        """An argument of a resource of the module as it is written; `Computed` where it has none."""

    @property
    def bindings(self) -> Mapping[str, Any]:
        """``each``, ``count`` and the iterators of dynamic blocks."""


def evaluate(expression: hcl.Expression, scope: Scope, depth: int = 0) -> Any:
    """The value of an expression; never raises."""
    try:
        return _evaluate(expression, scope, depth)
    except Unresolved as unresolved:
        return Unknown(unresolved.reason)
    except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return Unknown(f"cannot be evaluated here: {expression.source}")


def _evaluate(node: hcl.Expression, scope: Scope, depth: int) -> Any:
    if depth > MAX_DEPTH:
        return Unknown(f"nested too deeply: {node.source}")
    deeper = depth + 1
    if isinstance(node, hcl.Literal):
        return node.value
    if isinstance(node, hcl.Reference):
        return _reference(node, scope, deeper)
    if isinstance(node, hcl.Template):
        return _template(node, scope, deeper)
    if isinstance(node, hcl.Tuple):
        items = Tuple(node.span)
        items.extend(_evaluate(item, scope, deeper) for item in node.items)
        items.item_spans.extend(item.span for item in node.items)
        return items
    if isinstance(node, hcl.Object):
        return _object(node, scope, deeper)
    if isinstance(node, hcl.Conditional):
        return _conditional(node, scope, deeper)
    if isinstance(node, hcl.Operation):
        return _operation(node, scope, deeper)
    if isinstance(node, hcl.Call):
        return _call(node, scope, deeper)
    if isinstance(node, hcl.For):
        return _comprehension(node, scope, deeper)
    return Unknown(f"cannot be evaluated here: {node.source}")


def _object(node: hcl.Object, scope: Scope, depth: int) -> Any:
    made = Object(node.span)
    for key_node, value_node in node.items:
        key = _evaluate(key_node, scope, depth)
        if is_unknown(key) or key is None:
            return key if is_unknown(key) else Unknown(f"null as a key: {node.source}")
        name = text(key)
        made[name] = _evaluate(value_node, scope, depth)
        made.key_spans[name] = key_node.span
        made.value_spans[name] = value_node.span
    return made


def _template(node: hcl.Template, scope: Scope, depth: int) -> Any:
    pieces: list[str] = []
    reason = None
    for part in node.parts:
        value = part if isinstance(part, str) else _evaluate(part, scope, depth)
        if isinstance(value, PartialText):
            reason = reason or value.source
            pieces.append(value.shape)
        elif is_unknown(value):
            reason = reason or str(object.__getattribute__(value, "source"))
            pieces.append("\0")
        else:
            pieces.append(text(value))
    if sum(map(len, pieces)) > MAX_TEXT:
        return Unknown(f"too long: {node.source}")
    whole = "".join(pieces)
    return PartialText(reason, whole) if reason is not None else whole


def _reference(node: hcl.Reference, scope: Scope, depth: int) -> Any:
    steps = node.steps
    if isinstance(node.root, hcl.Expression):
        return _follow(_evaluate(node.root, scope, depth), steps, scope, depth)
    root = node.root
    if root in scope.bindings:
        return _follow(scope.bindings[root], steps, scope, depth)
    names = node.path
    if len(names) < 2:
        return Unknown(f"not known here: {node.source}")
    if root == "var":
        return _follow(scope.variable(names[1]), steps[1:], scope, depth)
    if root == "local":
        return _follow(scope.local(names[1]), steps[1:], scope, depth)
    if root in ("each", "count", "self", "path", "terraform", "module"):
        return Unknown(f"{'unknown until apply' if root == 'module' else 'not known here'}: {node.source}")
    length = 3 if root in ("data", "ephemeral") else 2
    address = ".".join(names[:length])
    rest = steps[length - 1 :]
    while rest and not isinstance(rest[0], hcl.Name):  # which instance of a resource it is does not matter to its arguments
        if isinstance(rest[0], str):
            return Computed(address, "*")
        rest = rest[1:]
    if not rest or not isinstance(rest[0], hcl.Name):
        return Computed(address, "")
    return _follow(scope.argument(address, rest[0].text), rest[1:], scope, depth)


def _follow(value: Any, steps: tuple[hcl.Step, ...], scope: Scope, depth: int) -> Any:
    for place, step in enumerate(steps):
        if isinstance(value, Either):
            return Either(value.source, tuple(_follow(option, steps[place:], scope, depth) for option in value.options))
        if is_unknown(value):
            return value
        if isinstance(step, str):
            if value is None:
                return []
            rest = steps[place + 1 :]
            return [_follow(item, rest, scope, depth) for item in (value if isinstance(value, list) else [value])]
        key = step.text if isinstance(step, hcl.Name) else _evaluate(step.key, scope, depth)
        if is_unknown(key):
            return key
        if isinstance(value, dict):
            value = value[text(key)]
        elif isinstance(value, list) and not isinstance(key, bool) and int(key) >= 0:
            value = value[int(key)]
        else:
            raise LookupError
    return value


def _conditional(node: hcl.Conditional, scope: Scope, depth: int) -> Any:
    condition = evaluate(node.condition, scope, depth)
    if not is_unknown(condition):
        return _evaluate(node.yes if truth(condition) else node.no, scope, depth)
    yes, no = evaluate(node.yes, scope, depth), evaluate(node.no, scope, depth)
    found = (*options(yes), *options(no))
    if not any(is_unknown(value) for value in found) and all(same(found[0], value) for value in found[1:]):
        return found[0]
    return Either(condition.source, found) if len(found) <= 8 else Unknown(condition.source)


_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "%": math.fmod,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


def _operation(node: hcl.Operation, scope: Scope, depth: int) -> Any:
    right = _evaluate(node.right, scope, depth)
    if node.left is None:
        if is_unknown(right):
            return right
        return not truth(right) if node.operator == "!" else -number(right)
    left = _evaluate(node.left, scope, depth)
    if node.operator in ("==", "!="):
        if (left is None or right is None) and not (isinstance(left, Either) or isinstance(right, Either)):
            other = right if left is None else left
            if is_unknown(other) and not isinstance(other, PartialText):
                return Unknown(other.source)
            return (other is None) == (node.operator == "==")
        try:
            return same(left, right) == (node.operator == "==")
        except Unresolved as unresolved:
            return Unknown(unresolved.reason)
    for value in (left, right):
        if is_unknown(value):
            return Unknown(value.source)
    if node.operator == "&&":
        return truth(left) and truth(right)
    if node.operator == "||":
        return truth(left) or truth(right)
    result = _ARITHMETIC[node.operator](number(left), number(right))
    return int(result) if isinstance(result, float) and result.is_integer() else result


def _call(node: hcl.Call, scope: Scope, depth: int) -> Any:
    if node.name in ("try", "can"):
        for argument in node.arguments:
            try:
                value = _evaluate(argument, scope, depth)
            except (Unresolved, ArithmeticError, ValueError, TypeError, LookupError):
                continue
            if is_unknown(value):
                return value
            return value if node.name == "try" else True
        return False if node.name == "can" else Unknown(f"cannot be evaluated here: {node.source}")
    arguments = [_evaluate(argument, scope, depth) for argument in node.arguments]
    if node.expands and arguments:
        last = arguments.pop()
        if is_unknown(last):
            return last
        arguments.extend(last)
    if node.name == "jsonencode":
        return arguments[0] if is_unknown(arguments[0]) else Json.of(arguments[0], node.span)
    function = terraform_functions.FUNCTIONS.get(node.name)
    if function is None:
        return Unknown(f"cannot be evaluated here: {node.source}")
    result = function(*arguments)
    if isinstance(result, (str, list, dict)) and len(result) > (MAX_TEXT if isinstance(result, str) else MAX_ITEMS):
        return Unknown(f"too large: {node.source}")
    return result


class _Bound:
    """A scope with more names."""

    def __init__(self, outer: Scope, names: Mapping[str, Any]) -> None:
        self.bindings: Mapping[str, Any] = {**outer.bindings, **names}
        self.variable = outer.variable
        self.local = outer.local
        self.argument = outer.argument


def bound(scope: Scope, names: Mapping[str, Any]) -> Scope:
    """The scope with more bindings."""
    return _Bound(scope, names)


def _comprehension(node: hcl.For, scope: Scope, depth: int) -> Any:
    collection = _evaluate(node.collection, scope, depth)
    if is_unknown(collection):
        return Unknown(collection.source)
    pairs = list(collection.items()) if isinstance(collection, dict) else list(enumerate(collection))
    if len(pairs) > 1000:
        return Unknown(f"too large: {node.source}")
    made: dict[str, Any] = {}
    items: list[Any] = []
    for key, value in pairs:
        names = (key, value) if len(node.names) > 1 else (value,)
        inner = bound(scope, dict(zip(node.names, names, strict=False)))
        if node.condition is not None:
            keep = _evaluate(node.condition, inner, depth)
            if is_unknown(keep):
                return Unknown(keep.source)
            if not truth(keep):
                continue
        result = _evaluate(node.result, inner, depth)
        if node.result_key is None:
            items.append(result)
            continue
        name = _evaluate(node.result_key, inner, depth)
        if is_unknown(name):
            return name
        if node.grouped:
            made.setdefault(text(name), []).append(result)
        else:
            made[text(name)] = result
    return items if node.result_key is None else made
