"""Operators of Terraform on values, of which each side may be unknown."""

from __future__ import annotations

import operator
from collections.abc import Callable
from collections.abc import Mapping
from decimal import ROUND_DOWN
from decimal import Context
from decimal import Decimal
from decimal import localcontext
from typing import Any

from ...unknown import Unknown
from ...unknown import Unresolved
from ...unknown import is_unknown
from .values import Either
from .values import Failed
from .values import PartialText
from .values import combined
from .values import decimal
from .values import plain
from .values import same
from .values import truth


def _remainder(left: Decimal, right: Decimal) -> Decimal:
    return left if not right else left - right * (left / right).to_integral_value(ROUND_DOWN)


_ARITHMETIC: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": _remainder,
}
_COMPARISON: Mapping[str, Callable[[Any, Any], bool]] = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}
_PRECISION = Context(prec=150)


def operation(operator: str, left: Any, right: Any) -> Any:
    """What an operator makes of two values."""
    if operator in ("==", "!="):
        return _equality(left, right, equal=operator == "==")
    for value in (left, right):
        if isinstance(value, Unknown):
            return value if isinstance(value, Failed) else Unknown(value.source)
    if operator == "&&":
        return truth(left) & truth(right)
    if operator == "||":
        return truth(left) | truth(right)
    if operator in _COMPARISON:
        return _COMPARISON[operator](decimal(left), decimal(right))
    with localcontext(_PRECISION):
        return plain(_ARITHMETIC[operator](decimal(left), decimal(right)))


def _equality(left: Any, right: Any, *, equal: bool) -> Any:
    if (left is None or right is None) and not (isinstance(left, Either) or isinstance(right, Either)):
        other = right if left is None else left
        if is_unknown(other) and not isinstance(other, PartialText):
            return Unknown(other.source)
        return (other is None) == equal
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Either) and not isinstance(other, Either):
            return combined(one.source, [_equality(option, other, equal=equal) for option in one.options], type(one))
    try:
        return same(left, right) == equal
    except Unresolved as unresolved:
        return Unknown(unresolved.reason)
