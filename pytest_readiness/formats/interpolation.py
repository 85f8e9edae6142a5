"""The variables of Compose: ``${NAME:-default}`` in texts, and the ``.env`` file that gives them values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..model import ParseFailure
from ..syntax.dotenv import parse as entries
from ..unknown import Unknown

MAX_NESTING = 20
TEMPLATE = re.compile(r"\{\{(?!\s*\.[A-Z])|\{%|<%")  # {{.Name}} is Docker's own
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = re.compile(r":?[-?+]")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$$"}


class InterpolationError(ValueError):
    """A ``${`` that begins no variable; Compose refuses the file."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One ``${NAME<operator>argument}``; ``source`` is how it is written."""

    name: str
    operator: str
    argument: tuple[str | Variable, ...]
    source: str


def parse(text: str) -> tuple[str | Variable, ...]:
    """The literal pieces and variables of a text; raises `InterpolationError` as Compose does."""
    if "$" not in text:
        return (text,)
    return _parse(text, 0, 0)[0]


def _parse(text: str, start: int, depth: int) -> tuple[tuple[str | Variable, ...], int]:
    """Pieces from ``start`` to the end of the text or, inside a variable, to its closing brace."""
    if depth > MAX_NESTING:
        raise InterpolationError(f"variables nested deeper than {MAX_NESTING} levels")
    parts: list[str | Variable] = []
    position = literal = start
    while position < len(text):
        if text[position] == "}" and depth:
            break
        if text[position] != "$":
            position += 1
            continue
        parts.append(text[literal:position])
        following = text[position + 1 : position + 2]
        if following == "$":
            parts.append("$")
            position += 2
        elif following != "{" and not _NAME.match(text, position + 1):
            parts.append("$")  # as in $( or at the end: Compose leaves it alone
            position += 1
        else:
            variable, position = _variable(text, position, depth)
            parts.append(variable)
        literal = position
    parts.append(text[literal:position])
    return tuple(part for part in parts if part != ""), position


def _variable(text: str, start: int, depth: int) -> tuple[Variable, int]:
    braced = text[start + 1 : start + 2] == "{"
    name = _NAME.match(text, start + 2 if braced else start + 1)
    if name is None:
        raise InterpolationError("${ begins no variable: a literal dollar is written $$")
    if not braced:
        return Variable(name[0], "", (), text[start : name.end()]), name.end()
    operator = _OPERATOR.match(text, name.end())
    argument: tuple[str | Variable, ...] = ()
    end = name.end()
    if operator:
        argument, end = _parse(text, operator.end(), depth + 1)
    if text[end : end + 1] != "}":
        raise InterpolationError(f"the variable ${{{name[0]} is not closed")
    return Variable(name[0], operator[0] if operator else "", argument, text[start : end + 1]), end + 1


def resolve(text: str, variables: Mapping[str, str]) -> str | Unknown:
    """The text with its variables replaced; unknown where one has neither a value nor a default."""
    return _join(parse(text), variables)


def _join(parts: tuple[str | Variable, ...], variables: Mapping[str, str]) -> str | Unknown:
    done = []
    for part in parts:
        value = part if isinstance(part, str) else _value(part, variables)
        if isinstance(value, Unknown):
            return value
        done.append(value)
    return "".join(done)


def _value(variable: Variable, variables: Mapping[str, str]) -> str | Unknown:
    value = variables.get(variable.name)
    is_set = value is not None and (value != "" or not variable.operator.startswith(":"))
    kind = variable.operator[-1:]
    if kind == "+" and value is not None:
        return _join(variable.argument, variables) if is_set else ""
    if value is not None and is_set:
        return value
    if kind == "-":
        return _join(variable.argument, variables)
    if value is not None and not kind:
        return value
    return Unknown(f"{variable.source} is only set where Compose runs")


def resolved(value: Any, variables: Mapping[str, str]) -> Any:
    """A text with its variables replaced or unknown, anything else as it is."""
    if not isinstance(value, str):
        return value
    if TEMPLATE.search(value):
        return Unknown(f"{value} is filled in by a template")
    if "$" not in value:
        return value
    try:
        return resolve(value, variables)
    except InterpolationError as error:
        return Unknown(f"{value} cannot be interpolated: {error}")


def defaults(text: str) -> str:
    """The text as it stands with nothing set: defaults written out, every other variable left as written."""
    return _written(parse(text))


def _written(parts: tuple[str | Variable, ...]) -> str:
    return "".join(
        part if isinstance(part, str) else _written(part.argument) if part.operator.endswith("-") else part.source for part in parts
    )


def dotenv(text: str) -> dict[str, str]:
    """The variables of a ``.env`` file as Compose reads it; what is no assignment is passed over.

    Values may use variables set above them; one that cannot be known is left out.
    """
    found: dict[str, str] = {}
    for entry in entries(".env", text):
        if isinstance(entry, ParseFailure) or entry.written is None:
            continue
        value = _entry(entry.written, entry.quote, found)
        if isinstance(value, str):
            found[entry.key] = value
        else:
            found.pop(entry.key, None)
    return found


def _entry(written: str, quote: str, found: Mapping[str, str]) -> str | Unknown:
    if quote == "'":
        return written
    text = _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[0]), written) if quote == '"' else written
    try:
        return resolve(text, found)
    except InterpolationError:
        return text
