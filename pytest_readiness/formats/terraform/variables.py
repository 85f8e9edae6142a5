"""The values of variables: from callers, variable files and environments, as the types they are declared with."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from ...syntax import hcl
from ...unknown import Unknown
from ...unknown import Unresolved
from ...unknown import is_unknown
from .eval import evaluate
from .types import ANY
from .types import constraint
from .types import convert
from .values import Either
from .values import Failed
from .values import combined
from .values import options
from .values import truth

if TYPE_CHECKING:
    from .module import Module


def variable_value(module: Module, name: str) -> Any:
    """The value of a variable: of the caller or the variable files, else its default; unknown where nobody says."""
    block = module.code.declared.get(name)
    if block is None:
        return Unknown(module.undeclared(f"variable {name} is not declared"))
    if module.detached:
        return Unknown(f"variable {name} is set by the caller")
    attributes = block.body.attributes
    default = attributes.get("default")
    type_ = type_of_variable(block)
    if module.call is not None and module.call.section.has(name):
        value = module.call.get(name)
    elif name in module.given:
        value = evaluate(module.given[name].expression, module)
    elif name in module.possible:
        return _undecided(module, name, default, type_)
    elif default is None:
        return Unknown(f"variable {name} has no value here")
    else:
        return typed(module, name, evaluate(default.expression, module), type_)
    nullable = attributes.get("nullable")
    if default is not None and nullable is not None and not _is_true(evaluate(nullable.expression, module)):
        found = [evaluate(default.expression, module) if option is None else option for option in options(value)]
        value = type(value)(value.source, tuple(found)) if isinstance(value, Either) else found[0]
    return typed(module, name, value, type_)


def _undecided(module: Module, name: str, default: hcl.Attribute | None, type_: Any) -> Any:
    """What a variable may be that files set of which nobody says when they are used."""
    written = [*([default] if default else ()), *module.possible[name]]
    source = f"variable {name} depends on the environment: name {module.possible[name][0].span.path} under environments in readiness.yaml"
    return combined(source, [typed(module, name, evaluate(one.expression, module), type_) for one in written], Either)


def typed(module: Module, name: str, value: Any, type_: Any) -> Any:
    """A value as the type that the variable has."""
    try:
        return convert(value, type_, lambda expression: evaluate(expression, module))
    except Unresolved as unresolved:
        return Unknown(unresolved.reason)
    except (TypeError, ValueError, ArithmeticError):
        return Failed(f"variable {name} is set to a value of another type")


def type_of_variable(block: hcl.Block) -> Any:
    """The type constraint of a variable, anything where it has none."""
    written = block.body.attributes.get("type")
    return constraint(written.expression) if written else ANY


def _is_true(value: Any) -> bool:
    try:
        return is_unknown(value) or truth(value)
    except TypeError:
        return True
