"""Paths with their conditions, read into values; everything wrong with them is noted at its place."""

from __future__ import annotations

import re
from typing import Any

from ..model import Span
from ..syntax import yaml
from ..syntax.yaml import Mapping
from . import operators
from .demands import Asked
from .mistakes import Mistakes
from .mistakes import hint
from .operators import Condition
from .paths import Path
from .paths import PathError
from .paths import parse as parse_path
from .possible import impossible

PARAMETER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Reader:
    """Reads what is asked of resources of some kinds, with its parameters filled in."""

    def __init__(self, on: tuple[str, ...], parameters: dict[str, Any], mistakes: Mistakes, prefix: str) -> None:
        self.on, self.parameters, self.mistakes, self.prefix = on, parameters, mistakes, prefix

    def wrong(self, place: Span, reason: str) -> None:
        self.mistakes.add(place, f"{self.prefix}{reason}")

    def filled(self, value: Any, place: Span) -> Any:
        """A value with its ``${parameters}`` replaced."""
        if isinstance(value, list):
            return [self.filled(item, place) for item in value]
        if not isinstance(value, str) or not self.parameters or "${" not in value:
            return value
        for name in PARAMETER.findall(value):
            if name not in self.parameters:
                self.wrong(place, f"there is no parameter {name!r} ({hint(name, self.parameters)})")
                return PARAMETER.sub(r"\1", value)
        whole = PARAMETER.fullmatch(value)
        if whole:
            return self.parameters[whole[1]]
        return PARAMETER.sub(lambda found: str(operators.text(self.parameters[found[1]])), value)

    def asked(self, body: Mapping, key: str, each: Path | None = None) -> Asked:
        """Paths with their conditions."""
        return self._listed(body[key], body.entry(key), key, each) if key in body else ()

    def alternatives(self, body: Mapping, key: str) -> tuple[Asked, ...]:
        """Paths with their conditions, or several of these of which one is enough."""
        if not isinstance(body.get(key), list):
            found = self.asked(body, key)
            return (found,) if found else ()
        listed: Any = body[key]
        if len(listed) < 2:
            self.wrong(body.entry(key), f"{key} must be a mapping, or a list of at least two mappings of which one is enough")
            return ()
        return tuple(self._listed(item, yaml.at(listed, number), key, None) for number, item in enumerate(listed))

    def _listed(self, listed: Any, around: Span, key: str, each: Path | None) -> Asked:
        if not isinstance(listed, Mapping) or not listed:
            self.wrong(around, f"{key} must be a mapping of paths to what is asked of them, not {operators.shown(listed)}")
            return ()
        found = []
        for written, value in listed.items():
            place = listed.entry(written)
            path = self.path(written, place, f"{key}: ", each)
            condition = self.condition(value, listed, written, f"{key}: {written}")
            if path is not None and condition is not None:
                if key != "require" and condition.is_unique:
                    self.wrong(place, f"{key}: unique can only be required")
                found.append((path, condition))
        return tuple(found)

    # -- paths

    def path(self, written: Any, place: Span, where: str, each: Path | None = None) -> Path | None:
        text = self.filled(written, place)
        if not isinstance(text, str):
            self.wrong(place, f"{where}a path is a text, not {operators.shown(text)}")
            return None
        try:
            found = parse_path(text)
        except PathError as error:
            self.wrong(place, f"{where}the path {text!r} {error}")
            return None
        reasons = list(dict.fromkeys(filter(None, (impossible(found, kind, each) for kind in self.on))))
        for reason in reasons:
            self.wrong(place, f"{where}{reason}")
        return None if reasons else found

    # -- conditions

    def condition(self, value: Any, listed: Mapping, key: str, where: str) -> Condition | None:
        """What is asked of a path: operators, or in short a value, a list of values, ``present`` or ``absent``."""
        place = listed.entry(key)
        value = self.filled(value, place)
        if value is None:
            self.wrong(place, f"{where}: nothing is asked; write present, absent, a value, or operators such as {{at_least: 3}}")
            return None
        if not isinstance(value, Mapping):
            if value in (operators.PRESENT, operators.ABSENT) and isinstance(value, str):
                return Condition(((value, True),))
            asked = ("in", value) if isinstance(value, list) else ("equals", value)
            return self._checked((asked,), None, {asked[0]: place}, where)
        found, default, places = [], None, {}
        for name, argument in value.items():
            filled = self.filled(argument, value.entry(name))
            places[name] = value.entry(name)
            if name not in operators.NAMES:
                self.wrong(places[name], f"{where}: there is no operator {name!r} ({hint(name, operators.NAMES)})")
                return None
            if name == operators.DEFAULT:
                default = filled
            else:
                found.append((name, filled))
        if not found:
            self.wrong(place, f"{where}: nothing is asked but a default; add an operator such as {{at_least: 3}}")
            return None
        return self._checked(tuple(found), default, places, where)

    def _checked(self, asked: tuple[tuple[str, Any], ...], default: Any, places: dict[str, Span], where: str) -> Condition | None:
        fine = True
        for name, argument in asked:
            if problem := operators.problem(name, argument):
                self.wrong(places[name], f"{where}: {name} {problem}")
                fine = False
        names = {name for name, _ in asked}
        if operators.ABSENT in names and len(names) > 1:
            self.wrong(places[operators.ABSENT], f"{where}: what is absent cannot be asked for anything else")
            fine = False
        return Condition(asked, default) if fine else None
