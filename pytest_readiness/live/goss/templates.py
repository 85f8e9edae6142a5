"""The substitutions of Go templates in a goss file: ``{{ .Vars.a.b }}``, ``{{ .Env.X }}``, ``{{ getEnv "X" "default" }}``.

goss renders a file as a Go template before it reads it as YAML. Everything beyond these three (loops, conditions,
functions, pipelines) is told at its line. What is put in has no line breaks, so that places in the text stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...model import ParseFailure
from ...model import Span
from ...text import brief

_ACTION = re.compile(r"\{\{-?(.*?)(?:-?\}\}|$)", re.MULTILINE)
_FIELD = re.compile(r"\s*\.(Vars|Env)((?:\.\w{1,200}){1,20})\s*")
_TEXT = r"(?:\"([^\"\\]{0,500})\"|`([^`]{0,500})`)"
_GET_ENV = re.compile(rf"\s*getEnv\s+{_TEXT}(?:\s+{_TEXT})?\s*")
_COMMENT = re.compile(r"\s*/\*.*\*/\s*")
MAX_SIZE = 4 * 2**20  # characters of a rendered file
SUPPORTED = '{{.Vars.x.y}}, {{.Env.X}} and {{getEnv "X" "default"}} are'


def rendered(path: str, text: str, variables: Mapping[str, Any], environment: Mapping[str, str], mistakes: list[ParseFailure]) -> str:
    """The text with its substitutions made; what cannot be is a mistake and left out."""
    if "{{" not in text:
        return text
    pieces: list[str] = []
    last = size = 0
    for found in _ACTION.finditer(text):
        before = text[last : found.start()]
        last = found.end()
        try:
            value = _value(found, variables, environment)
        except _Refused as refused:
            mistakes.append(ParseFailure(str(refused), Span.within(path, text, found.start(), found.end())))
            value = ""
        pieces += (before, value)
        size += len(before) + len(value)
        if size > MAX_SIZE:
            raise ParseFailure(
                f"is longer than {MAX_SIZE} characters once its variables are put in", Span.within(path, text, found.start(), found.end())
            )
    return "".join((*pieces, text[last:]))


class _Refused(Exception):
    """Why nothing can be put in, in the words of who wrote it."""


def _value(action: re.Match[str], variables: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    if not action[0].endswith("}}"):
        raise _Refused("{{ is not closed on its line: add }}")
    if action[0].startswith("{{-") or action[0].endswith("-}}"):
        raise _Refused(f"{brief(action[0], 60)} trims the white space around it, which is not supported: write it without -")
    inner = action[1]
    if _COMMENT.fullmatch(inner):
        return ""
    if field := _FIELD.fullmatch(inner):
        names = field[2][1:].split(".")
        return _env(names, environment) if field[1] == "Env" else _printed(_looked_up(names, variables), names)
    if called := _GET_ENV.fullmatch(inner):
        name, default = called[1] or called[2] or "", called[3] or called[4] or ""
        return _one_line(environment.get(name, default), name)
    raise _Refused(f"{brief(action[0], 60)} is not supported: of Go's templates {SUPPORTED}; render the file with `goss render` first")


def _env(names: list[str], environment: Mapping[str, str]) -> str:
    if len(names) > 1 or names[0] not in environment:
        name = ".".join(names)
        raise _Refused(f'the environment variable {name} is not set: set it, or write {{{{getEnv "{name}" "a default"}}}}')
    return _one_line(environment[names[0]], names[0])


def _looked_up(names: list[str], variables: Mapping[str, Any]) -> Any:
    value: Any = variables
    for count, name in enumerate(names, 1):
        if not isinstance(value, Mapping) or name not in value:
            known = ", ".join(sorted(map(str, value))[:12]) if isinstance(value, Mapping) and value else "none"
            raise _Refused(f"there is no variable {'.'.join(names[:count])} (known: {brief(known)})")
        value = value[name]
    return value


def _printed(value: Any, names: list[str]) -> str:
    """A value as Go's ``%v`` prints it where that can be read again."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return _one_line(str(value), ".".join(names))
    raise _Refused(f"the variable {'.'.join(names)} is no single value: a text or a number is")


def _one_line(value: str, name: str) -> str:
    if len(value.splitlines()) > 1:
        raise _Refused(f"the value of {name} has more than one line: one is supported")
    return value.rstrip("\r\n")
