"""What workflows and actions are made of: their parts with places, values that may be expressions, and what ``uses`` names."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from ...model import Resource
from ...model import Span
from ...syntax import yaml
from ...unknown import Unknown
from ..views import Parts
from ..views import View
from .expressions import has_expression

Permissions = dict[str, str]
_FALSE = re.compile(r"\s*(?:\$\{\{\s*false\s*\}\}|false)\s*").fullmatch
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}").fullmatch
_BRANCH = re.compile(r"(?:main|master|trunk|dev|develop|head|releases?/.*|heads/.*)", re.IGNORECASE).fullmatch
_VERSION = re.compile(r"(?:.*[-_/@])?v?[0-9]+(?:\.[0-9A-Za-z*_-]+)*(?:[+-].*)?").fullmatch


def known(value: Any) -> Any:
    """The value, or `Unknown` where an expression makes it at run time."""
    return Unknown(f"{value.strip()} is only known when the workflow runs") if has_expression(value) else value


def is_never(condition: object) -> bool:
    """Whether an ``if:`` is written so that it never holds."""
    return condition is False or (isinstance(condition, str) and bool(_FALSE(condition)))


@dataclass(frozen=True)
class Reference:
    """What a ``uses:`` names: ``owner/repo/path@ref``, ``./path`` or ``docker://image``."""

    text: str

    @property
    def is_local(self) -> bool:
        return self.text.startswith(("./", "../", ".\\"))

    @property
    def is_image(self) -> bool:
        return self.text.startswith("docker://")

    @property
    def name(self) -> str:
        """Everything in front of the ref, in lower case, as GitHub compares it."""
        return self.text.partition("@")[0].lower()

    @property
    def owner(self) -> str:
        return self.name.partition("/")[0]

    @property
    def ref(self) -> str:
        return self.text.partition("@")[2]

    @property
    def is_pinned(self) -> bool:
        """By a full commit SHA, or by an image digest."""
        return "@sha256:" in self.text if self.is_image else bool(_SHA(self.ref))

    @property
    def is_branch(self) -> bool:
        """Whether the ref is a branch by its name: a tag of a release has a version in it."""
        return bool(_BRANCH(self.ref)) or not _VERSION(self.ref)


@dataclass(frozen=True, eq=False)
class Source:
    """The text of the file, for places inside scripts."""

    path: str
    lines: tuple[str, ...]

    def place(self, value: Span, offset: int, needle: str = "") -> Span:
        """The line ``offset`` lines into the text of a value, or of the needle in it."""
        first = self.lines[value.line - 1][value.column - 1 :] if value.path == self.path and value.line <= len(self.lines) else ""
        number = value.line
        if first[:1] in ("|", ">"):
            number = min(value.line + 1 + offset, len(self.lines))
            if first[0] == ">" and needle:  # lines of the text are not lines of the file
                body = range(value.line + 1, min(value.end_line, len(self.lines)) + 1)
                number = next((n for n in body if needle in self.lines[n - 1]), value.line + 1)
        if not first:
            return value
        line = self.lines[number - 1]
        begin = line.find(needle) if needle else -1
        if begin < 0:
            begin = len(line) - len(line.lstrip()) if number != value.line else value.column - 1
            return Span(self.path, number, begin + 1, number, max(len(line.rstrip()), begin + 1) + 1)
        return Span(self.path, number, begin + 1, number, begin + len(needle) + 1)


@dataclass(frozen=True, eq=False)
class Element(Resource):
    """A part of a workflow or action with its mapping."""

    data: yaml.Mapping = field(repr=False)
    source: Source = field(repr=False)

    def view(self) -> View:
        return View(self.data, self.span, _said)

    @classmethod
    def facts(cls) -> Mapping[str, Callable[[Any], Any]]:
        return FACTS

    def at(self, *keys: str | int) -> Span:
        """The place of the value under the keys, or of the nearest thing around it."""
        return yaml.at(self.data, *keys) if keys and keys[0] in self.data else self.span

    def get(self, *keys: str | int) -> Any:
        """The value under the keys; `Unknown` where it is an expression, None where there is none."""
        return known(yaml.get(self.data, *keys))

    def mapping(self, *keys: str | int) -> yaml.Mapping:
        """The mapping under the keys, empty where there is none."""
        value = yaml.get(self.data, *keys)
        return value if isinstance(value, yaml.Mapping) else yaml.Mapping((self.path, self.span.line, 1, self.span.line, 1))

    @property
    def uses(self) -> Reference | None:
        """The action of a step, or the reusable workflow that a job calls."""
        value = self.data.get("uses")
        return Reference(value) if isinstance(value, str) else None

    @property
    def env(self) -> yaml.Mapping:
        """Its own ``env:``."""
        return self.mapping("env")

    @property
    def is_disabled(self) -> bool:
        """Whether its condition is the constant false."""
        return is_never(self.data.get("if"))

    @property
    def continues_on_error(self) -> Any:
        """Whether its failure is ignored; `Unknown` for an expression."""
        value = self.get("continue-on-error")
        return value if isinstance(value, Unknown) else value in (True, "true")

    @property
    def permissions(self) -> Permissions | str | None:
        """What it declares: scope to access, ``read-all``, ``write-all``, or None; ``permissions:`` alone is none at all."""
        if "permissions" not in self.data:
            return None
        value = self.data["permissions"]
        if isinstance(value, yaml.Mapping):
            return {scope: str(access) for scope, access in value.items()}
        return value if isinstance(value, str) else {}


def _said(value: Any) -> Any:
    """A value as criteria see it: a key with nothing behind it (``workflow_dispatch:``) says something."""
    return {} if value is None else known(value)


def _uses(element: Element) -> View | None:
    """What ``uses`` names, taken apart."""
    uses, place = element.uses, element.at("uses")
    if uses is None:
        return None
    makers = {
        "text": lambda: uses.text,
        "name": lambda: uses.name,
        "owner": lambda: uses.owner,
        "ref": lambda: known(uses.ref) or None,
        "local": lambda: uses.is_local,
    }
    return View(Parts(place, makers), place)


FACTS: Mapping[str, Callable[[Any], Any]] = {**Resource.facts(), "uses": _uses, "disabled": lambda element: element.is_disabled}
