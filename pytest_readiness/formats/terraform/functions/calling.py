"""How a function is called: arguments converted to what it takes, unknown ones answered for it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

from ....unknown import Unknown
from ..types import ANY
from ..types import Type
from ..types import convert
from ..values import Either
from ..values import Failed
from ..values import combined
from ..values import holds_unknown
from ..values import unknown_itself

TEXT, NUMBER, BOOL = "string", "number", "bool"
TEXTS = ("list", TEXT)
ITEMS = ("list", ANY)
MAX_EITHER = 2


def function(
    call: Callable[..., Any],
    *types: Type,
    rest: Type | None = None,
    optional: int = 0,
    shallow: bool = False,
    nulls: bool = False,
) -> Callable[..., Any]:
    """A function of arguments of the types, ``rest`` for any number of further ones.

    It is unknown where an argument is or holds something unknown, with ``shallow`` only where an argument itself
    is. Null is an error unless ``nulls`` or the argument may be anything.
    """

    def checked(*arguments: Any) -> Any:
        if len(arguments) < len(types) - optional or (rest is None and len(arguments) > len(types)):
            raise TypeError("a wrong number of arguments")
        choices = [place for place, value in enumerate(arguments) if isinstance(value, Either)]
        if choices:
            return _by_option(checked, arguments, choices)
        made = []
        for place, value in enumerate(arguments):
            type_ = types[place] if place < len(types) else rest
            unknown = unknown_itself(value) if shallow else holds_unknown(value)
            if unknown is not None:
                return unknown if isinstance(unknown, Failed) else Unknown(unknown.source)
            if value is None and not nulls and type_ != ANY:
                raise TypeError("null")
            made.append(convert(value, type_))
        return call(*made)

    return checked


def _by_option(call: Callable[..., Any], arguments: Sequence[Any], choices: list[int]) -> Any:
    """What the function makes of each value that an argument may have."""
    either = arguments[choices[0]]
    if len(choices) > MAX_EITHER:
        return Unknown(either.source)
    before, after = arguments[: choices[0]], arguments[choices[0] + 1 :]
    return combined(either.source, [call(*before, option, *after) for option in either.options], type(either))


def refused(reason: str) -> Callable[..., Any]:
    """A function whose result nobody knows before apply."""

    def call(*_arguments: Any) -> Any:
        return Unknown(f"unknown until apply: {reason}")

    return call
