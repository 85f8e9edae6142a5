"""The substitutions of Go templates in a goss file: ``{{ .Vars.a.b }}``, ``{{ .Env.X }}``, ``{{ getEnv "X" "default" }}``.

goss renders a file as a Go template before it reads it as YAML. Everything beyond these three (loops, conditions,
functions, pipelines) is told at its line. What is put in has no line breaks, so that places in the text stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..formats.secrets import is_secret_name
from ..model import ParseFailure
from ..model import Span
from ..text import brief

_ACTION = re.compile(r"\{\{-?(.*?)(?:-?\}\}|$)", re.MULTILINE)
_FIELD = re.compile(r"\s*\.(Vars|Env)((?:\.\w{1,200}){1,20})\s*")
_TEXT = r"(?:\"([^\"\\]{0,500})\"|`([^`]{0,500})`)"
_GET_ENV = re.compile(rf"\s*getEnv\s+{_TEXT}(?:\s+{_TEXT})?\s*")
_COMMENT = re.compile(r"\s*/\*.*\*/\s*")
MAX_SIZE = 4 * 2**20  # characters of a rendered file
SUPPORTED = '{{.Vars.x.y}}, {{.Env.X}} and {{getEnv "X" "default"}} are'


class Templates:
    """What may be put into files. ``secrets`` are the values that were put in under the name of one, never to be shown."""

    def __init__(self, variables: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        self.variables = variables
        self.environment = environment
        self.secrets: set[str] = set()

    def rendered(self, path: str, text: str, mistakes: list[ParseFailure]) -> str:
        """The text with its substitutions made; what cannot be is a mistake and left out."""
        if "{{" not in text:
            return text
        pieces: list[str] = []
        last = size = 0
        for found in _ACTION.finditer(text):
            before = text[last : found.start()]
            last = found.end()
            place = Span.within(path, text, found.start(), found.end())
            try:
                value = self._value(found)
            except _Refused as refused:
                mistakes.append(ParseFailure(str(refused), place))
                value = ""
            pieces += (before, value)
            size += len(before) + len(value)
            if size > MAX_SIZE:
                raise ParseFailure(f"is longer than {MAX_SIZE} characters once its variables are put in", place)
        return "".join((*pieces, text[last:]))

    def _value(self, action: re.Match[str]) -> str:
        if not action[0].endswith("}}"):
            raise _Refused("{{ is not closed on its line: add }}")
        if action[0].startswith("{{-") or action[0].endswith("-}}"):
            raise _Refused(f"{brief(action[0], 60)} trims the white space around it, which is not supported: write it without -")
        inner = action[1]
        if _COMMENT.fullmatch(inner):
            return ""
        if field := _FIELD.fullmatch(inner):
            names = field[2][1:].split(".")
            value = _env(names, self.environment) if field[1] == "Env" else _printed(_looked_up(names, self.variables), names)
        elif called := _GET_ENV.fullmatch(inner):
            names = [called[1] or called[2] or ""]
            value = _one_line(self.environment.get(names[0], called[3] or called[4] or ""), names[0])
        else:
            shown = brief(action[0], 60)
            raise _Refused(f"{shown} is not supported: of Go's templates {SUPPORTED}; render the file with `goss render` first")
        if any(map(is_secret_name, names)):
            self.secrets.add(value)
        return value


class _Refused(Exception):
    """Why nothing can be put in, in the words of who wrote it."""


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
