"""What a Terraform expression comes to without running Terraform.

Known values are plain data (objects and lists keep their places: `yaml.Mapping`, `yaml.Sequence`),
everything else is `Unknown` with the reason. Values may hold unknown parts. What Terraform leaves
unknown stays unknown here (``false && unknown``, ``try(unknown, d)``).
"""

from __future__ import annotations

from typing import Any

from ...syntax import hcl_expressions as hcl
from ...syntax.yaml import Mapping as Object
from ...syntax.yaml import Sequence as Tuple
from ...unknown import Unknown
from ...unknown import Unresolved
from ...unknown import is_unknown
from . import functions as terraform_functions
from .operators import operation
from .scopes import Alone
from .scopes import Scope
from .scopes import bound
from .types import convert
from .types import type_of
from .types import unified
from .values import MAX_ITEMS
from .values import NOWHERE
from .values import Computed
from .values import Either
from .values import Failed
from .values import Json
from .values import Object as Made
from .values import PartialText
from .values import Set
from .values import Thing
from .values import Things
from .values import combined
from .values import number
from .values import text
from .values import truth

MAX_DEPTH = 100
MAX_TEXT = 1_000_000
MAX_ROUNDS = 5_000
_ERRORS = (ArithmeticError, ValueError, TypeError, LookupError, AttributeError)


def evaluate(expression: hcl.Expression, scope: Scope, depth: int = 0) -> Any:
    """The value of an expression; never raises."""
    try:
        return _evaluate(expression, scope, depth)
    except Unresolved as unresolved:
        return Unknown(unresolved.reason)
    except RecursionError:
        return Unknown(f"nested too deeply: {expression.source}")
    except _ERRORS:
        return Failed(f"cannot be evaluated here: {expression.source}")


def _evaluate(node: hcl.Expression, scope: Scope, depth: int) -> Any:
    if depth > MAX_DEPTH:
        return Unknown(f"nested too deeply: {node.source}")
    scope.spend(1)
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
    if isinstance(node, hcl.Repeat):
        return _repeated(node, scope, deeper)
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
    made = _joined([part if isinstance(part, str) else _evaluate(part, scope, depth) for part in node.parts], node)
    scope.spend(_weight(made))
    return made


def _joined(values: list[Any], node: hcl.Expression) -> Any:
    """The text of the pieces, with the shape of what is known where one is not."""
    pieces: list[str] = []
    reason = None
    for value in values:
        if isinstance(value, PartialText) or (isinstance(value, Json) and value.source):
            reason = reason or value.source
            pieces.append(value.shape)
        elif isinstance(value, Unknown):
            reason = reason or value.source
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
        raise LookupError(root)
    if root == "var":
        return _follow(scope.variable(names[1]), steps[1:], scope, depth)
    if root == "local":
        return _follow(scope.local(names[1]), steps[1:], scope, depth)
    if root == "module":
        return _follow(scope.called_module(names[1]), steps[1:], scope, depth)
    if root in ("path", "terraform"):
        return _follow(scope.named(root, names[1]), steps[1:], scope, depth)
    if root in ("each", "count", "self"):
        return Unknown(f"not known here: {node.source}")
    length = 3 if root in ("data", "ephemeral") else 2
    return _follow(scope.resource(".".join(names[:length])), steps[length - 1 :], scope, depth)


def _follow(value: Any, steps: tuple[hcl.Step, ...], scope: Scope, depth: int) -> Any:
    for place, step in enumerate(steps):
        if isinstance(value, Either):
            return combined(value.source, [_follow(option, steps[place:], scope, depth) for option in value.options], type(value))
        if isinstance(step, str):
            return _splat(value, step, steps[place + 1 :], scope, depth)
        if isinstance(value, Unknown) and not isinstance(value, Thing):
            value = _computed(value, step)
            continue
        key = step.text if isinstance(step, hcl.Name) else _evaluate(step.key, scope, depth)
        if isinstance(key, Either) and not isinstance(value, Thing):
            found = [_item(value, option) for option in key.options]
            value = combined(key.source, found, type(key))
        else:
            value = key if is_unknown(key) else _item(value, key)
    return value


def _computed(value: Unknown, step: hcl.Step) -> Unknown:
    """What stands behind a dot of what is unknown: of a whole resource without a text, its attribute."""
    if isinstance(value, Computed) and not value.attribute and isinstance(step, hcl.Name):
        return Computed(value.address, step.text, value.module)
    return value


def _item(value: Any, key: Any) -> Any:
    if isinstance(value, Thing):
        return value.read(text(key))
    if isinstance(value, Unknown):
        return value
    if isinstance(value, dict):
        return value[text(key)]
    if isinstance(value, list) and not isinstance(value, Set):
        index = number(key)
        if index < 0 or index != int(index):
            raise LookupError
        return value[int(index)]
    raise LookupError


def _splat(value: Any, splat: str, rest: tuple[hcl.Step, ...], scope: Scope, depth: int) -> Any:
    """``[*]`` takes everything behind it to each item, ``.*`` only the names."""
    each = len(rest)
    if splat == hcl.ATTRIBUTE_SPLAT:
        each = next((place for place, step in enumerate(rest) if not _is_dotted(step)), len(rest))
    if isinstance(value, Unknown) and (not isinstance(value, Thing) or isinstance(value, Things)):
        name = next((step.text for step in rest if isinstance(step, hcl.Name)), "")
        if isinstance(value, Computed) and not value.attribute:
            return Computed(value.address, f"*.{name}".rstrip("."), value.module)
        return value
    items = [] if value is None else value if isinstance(value, list) else [value]
    found = Tuple(NOWHERE)
    found.extend(_follow(item, rest[:each], scope, depth) for item in items)
    return _follow(found, rest[each:], scope, depth)


def _is_dotted(step: hcl.Step) -> bool:
    return isinstance(step, hcl.Name) or (isinstance(step, hcl.Index) and step.dotted)


def _conditional(node: hcl.Conditional, scope: Scope, depth: int) -> Any:
    condition = _evaluate(node.condition, scope, depth)
    if isinstance(condition, Failed):
        return condition
    if not is_unknown(condition):
        taken, other = (node.yes, node.no) if truth(condition) else (node.no, node.yes)
        return _like(_evaluate(taken, scope, depth), other, scope, depth)
    yes, no = evaluate(node.yes, scope, depth), evaluate(node.no, scope, depth)
    type_ = unified((type_of(yes), type_of(no)))
    if type_ is not None:
        yes, no = convert(yes, type_), convert(no, type_)
    return combined(condition.source, (yes, no), Either)


def _like(value: Any, other: hcl.Expression, scope: Scope, depth: int) -> Any:
    """The value as the type that both sides of a condition have."""
    if value is None or is_unknown(value):
        return value
    against = evaluate(other, scope, depth)
    if type(value) is type(against) and not isinstance(value, (dict, list)):
        return value
    type_ = unified((type_of(value), "string" if isinstance(other, hcl.Template) else type_of(against)))
    if type_ is None:
        raise TypeError("a condition with values of different types")
    return convert(value, type_)


def _operation(node: hcl.Operation, scope: Scope, depth: int) -> Any:
    right = _evaluate(node.right, scope, depth)
    if node.left is None:
        return right if isinstance(right, Unknown) else not truth(right) if node.operator == "!" else -number(right)
    left = _evaluate(node.left, scope, depth)
    return operation(node.operator, left, right)


def _call(node: hcl.Call, scope: Scope, depth: int) -> Any:
    if node.name in ("try", "can"):
        return _attempt(node, scope, depth)
    arguments = [_evaluate(argument, scope, depth) for argument in node.arguments]
    if node.expands and arguments:
        last = arguments.pop()
        if is_unknown(last):
            return last
        if not isinstance(last, list):
            raise TypeError("only a list can be expanded")
        arguments.extend(last)
    if node.name == "jsonencode":
        return arguments[0] if is_unknown(arguments[0]) else Json.of(arguments[0], node.span)
    if node.name == "templatefile":
        return _template_file(node, arguments, scope, depth)
    if node.name == "templatestring":
        return _template_text(arguments[0], arguments[1], node, scope, depth)
    if node.name in terraform_functions.OF_FILES:
        return terraform_functions.OF_FILES[node.name](scope.read, *arguments)
    function = terraform_functions.FUNCTIONS.get(node.name.removeprefix("core::"))
    if function is None:
        return Unknown(f"unknown until apply: {node.source}" if "::" in node.name else f"cannot be evaluated here: {node.source}")
    result = function(*arguments)
    scope.spend(_weight(result))
    if isinstance(result, (str, list, dict)) and len(result) > (MAX_TEXT if isinstance(result, str) else MAX_ITEMS):
        return Unknown(f"too large: {node.source}")
    return result


def _weight(value: Any) -> int:
    return len(value) // 50 if isinstance(value, str) else len(value) // 2 if isinstance(value, (list, dict)) else 0


def _attempt(node: hcl.Call, scope: Scope, depth: int) -> Any:
    """``try`` and ``can``; an unknown stays one, since it may turn out to be an error."""
    for argument in node.arguments:
        try:
            value = _evaluate(argument, scope, depth)
        except Unresolved as unresolved:
            return Unknown(unresolved.reason)
        except _ERRORS:
            continue
        if isinstance(value, Failed):
            continue
        if isinstance(value, Unknown):
            return value
        if reason := _rests_on(argument, scope):
            return Unknown(reason)
        return value if node.name == "try" else True
    return False if node.name == "can" else Failed(f"cannot be evaluated here: {node.source}")


def _rests_on(expression: hcl.Expression, scope: Scope) -> str | None:
    """Why it is not known whether something that an expression refers to exists."""
    for node in hcl.walk(expression):
        if isinstance(node, hcl.Reference) and len(node.path) > 1 and node.path[0] not in scope.bindings:
            address = ".".join(node.path[: 3 if node.path[0] in ("data", "ephemeral") else 2])
            if (reason := scope.uncertain(address)) is not None:
                return reason
    return None


def _template_file(node: hcl.Call, arguments: list[Any], scope: Scope, depth: int) -> Any:
    path, names = arguments
    if is_unknown(path):
        return Unknown(path.source)
    return _template_text(scope.read(path), names, node, scope, depth)


def _template_text(source: Any, names: Any, node: hcl.Call, scope: Scope, depth: int) -> Any:
    for value in (source, names):
        if is_unknown(value):
            return Unknown(value.source)
    if not isinstance(names, dict) or not isinstance(source, str):
        raise TypeError("a template and an object of its variables required")
    return _evaluate(hcl.from_template(source, node.span), Alone(scope, names), depth + 1)


def pairs(collection: Any) -> list[tuple[Any, Any]]:
    """What a collection is iterated by: keys in their order, indices, or a set's items."""
    if isinstance(collection, dict):
        return sorted(collection.items())
    if isinstance(collection, Set):
        return [(item, item) for item in collection]
    if isinstance(collection, list):
        return list(enumerate(collection))
    raise TypeError("not a collection")


def _comprehension(node: hcl.For, scope: Scope, depth: int) -> Any:
    collection = _evaluate(node.collection, scope, depth)
    if is_unknown(collection):
        return Unknown(collection.source)
    entries = pairs(collection)
    if len(entries) > MAX_ROUNDS:
        return Unknown(f"too large: {node.source}")
    made = Made()
    items = Tuple(NOWHERE)
    for key, value in entries:
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
            return Unknown(name.source)
        if node.grouped:
            made.setdefault(text(name), Tuple(NOWHERE)).append(result)
        elif text(name) in made:
            raise LookupError("a key twice")
        else:
            made[text(name)] = result
    return items if node.result_key is None else made


def _repeated(node: hcl.Repeat, scope: Scope, depth: int) -> Any:
    """``%{ for … }`` in a template."""
    collection = _evaluate(node.collection, scope, depth)
    if is_unknown(collection):
        return PartialText(collection.source, "\0")
    entries = pairs(collection)
    if len(entries) > MAX_ROUNDS:
        return Unknown(f"too large: {node.source}")
    pieces: list[Any] = []
    for key, value in entries:
        names = (key, value) if len(node.names) > 1 else (value,)
        pieces.append(_evaluate(node.body, bound(scope, dict(zip(node.names, names, strict=False))), depth))
    return _joined(pieces, node)
