"""One mapping of types to resources, as assertions; every mistake is told at its line."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from ..criteria.mistakes import Mistakes
from ..criteria.mistakes import hint
from ..model import Span
from ..syntax import yaml
from ..text import brief
from .matcher import Matcher
from .matcher import MatcherError
from .matchers import compiled
from .vocabulary import ALIASES
from .vocabulary import COMMON
from .vocabulary import FLAGS
from .vocabulary import INCLUDE
from .vocabulary import TYPES
from .vocabulary import Type

SWITCHES = ("yes", "on", "no", "off")  # of an older YAML
_OWN = ("x-", ".", "_")  # how keys begin that hold anchors and nothing of goss


@dataclass(frozen=True, eq=False)
class Assertion:
    """What is expected of one thing on a host.

    ``subject`` is the thing (``/etc/passwd``), ``id`` how it is called in the file, which is the same most of the
    time. ``expected`` holds a matcher for each attribute, in the order they are asked; ``options`` how it is asked.
    """

    type: str
    id: str
    span: Span
    subject: str
    expected: Mapping[str, Matcher]
    options: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)
    skip: bool = False
    secrets: frozenset[str] = frozenset()  # values that no message shows

    @property
    def name(self) -> str:
        """As messages and items call it."""
        return f"{self.type} {self.id}"


class Document:
    """One mapping of types to resources."""

    def __init__(self, data: yaml.Mapping, mistakes: Mistakes, *, short: bool = False, secrets: frozenset[str] = frozenset()) -> None:
        self.data = data
        self.secrets = secrets
        self.mistakes = mistakes
        self.short = short
        self.seen: set[tuple[str, str]] = set()
        self.failed = False  # whether something is wrong with the resource that is being read

    def wrong(self, span: Span, reason: str) -> None:
        """Keep a mistake."""
        self.failed = True
        self.mistakes.add(span, reason)

    def assertions(self) -> Iterator[Assertion]:
        """What is expected, in the order of the text."""
        for written, resources in self.data.items():
            place = self.data.entry(written)
            name = ALIASES.get(written, written) if self.short else written
            if name not in TYPES:
                if name != INCLUDE and not name.startswith(_OWN):
                    self.wrong(place, f"no type of resources is called {brief(name)!r}: {hint(name, (*TYPES, INCLUDE))}")
                continue
            for key, body in self._entries(resources, place, name):
                if (name, key) in self.seen:
                    self.wrong(resources.entry(key), f"{name} {brief(key)} is declared twice, here as {written}: put both into one")
                    continue
                self.seen.add((name, key))
                found = self._resource(name, key, body, resources.entry(key))
                if found:
                    yield found

    def includes(self) -> Iterator[tuple[str, Span]]:
        """The files that are included, as they are written."""
        listed = self.data.get(INCLUDE)
        if listed is None:
            return
        for key, written in self._entries(listed, self.data.entry(INCLUDE), INCLUDE, empty=True):
            span = listed.entry(key)
            body = yaml.Mapping(listed.key_spans[key]) if written is None else written
            if not isinstance(body, yaml.Mapping):
                self.wrong(span, f"gossfile {brief(key)} is a mapping: {{}}, or file and skip")
                continue
            self._known(body, ("file", "skip", "title", "meta"), f"gossfile {brief(key)}")
            options = self._options(body, {"file": "text", **COMMON}, f"gossfile {brief(key)}")
            if not options.get("skip"):
                yield options.get("file") or key, span

    # -- parts

    def _entries(self, resources: Any, place: Span, name: str, *, empty: bool = False) -> Iterator[tuple[str, Any]]:
        if not isinstance(resources, yaml.Mapping):
            self.wrong(place, f"{name} is a mapping of names to what is expected of them")
            return
        for key, body in resources.items():
            if empty or isinstance(body, yaml.Mapping) or (self.short and body is None):
                yield key, body
            else:
                example = next(iter(TYPES[name].asked))
                self.wrong(resources.entry(key), f"{name} {brief(key)} is a mapping of attributes, such as {example}")

    def _resource(self, name: str, key: str, body: yaml.Mapping | None, span: Span) -> Assertion | None:
        type_ = TYPES[name]
        implied = self._implied(type_, body)
        body = yaml.Mapping(span) if body is None else body
        what = f"{name} {brief(key)}"
        self.failed = False
        self._known(body, type_.known, what)
        kinds = {**type_.options, **COMMON}
        if type_.subject:
            kinds[type_.subject] = "text"
        options = self._options(body, kinds, what)
        expected = dict(self._expected(type_, body, implied, what, span))
        if not expected and not options.get("skip") and not self.failed:
            self.wrong(span, f"{what}: nothing is expected of it: add {' or '.join(type_.asked[:2])}")
        subject = options.pop(type_.subject, "") or key
        if not subject:
            self.wrong(span, f"{name}: a resource without a name")
        if self.failed:
            return None
        common = {"title": options.pop("title", ""), "meta": options.pop("meta", {}), "skip": options.pop("skip", False)}
        return Assertion(name, key, span, subject, expected, options, secrets=self.secrets, **common)

    def _known(self, body: yaml.Mapping, known: tuple[str, ...], what: str) -> None:
        for key in body:
            if key not in known:
                self.wrong(body.entry(key), f"{what} has no attribute {brief(key)!r}: {hint(key, known)}")

    def _implied(self, type_: Type, body: yaml.Mapping | None) -> Mapping[str, Any]:
        """What the short form may leave out: of a name alone all that is implied, else what goss demands."""
        if not self.short:
            return {}
        return {name: value for name, value in type_.implied.items() if body is None or name in type_.required}

    def _expected(
        self, type_: Type, body: yaml.Mapping, implied: Mapping[str, Any], what: str, span: Span
    ) -> Iterator[tuple[str, Matcher]]:
        for name in type_.required:
            if body.get(name) is None and name not in implied and not (name == "content" and name in body):
                example = type_.implied.get(name)
                fix = f" {name}: {_word(example)}" if example is not None else ""
                self.wrong(body.entry(name) if name in body else span, f"{what}: {name} is missing, which goss demands: add{fix or ' it'}")
        for name in type_.asked:
            value = body.get(name)
            if value is None:
                value = implied.get(name)
            if value is None or (name in type_.streams and value == []):
                continue
            if name in FLAGS and isinstance(value, str) and value not in ("true", "false"):
                fix = _word(value in ("yes", "on")) if value in SWITCHES else "true or false"
                self.wrong(body.entry(name), f"{what}: {name}: goss takes {brief(value)} for a text: write {fix}")
                continue
            try:
                yield name, compiled(value, stream=name in type_.streams or body.get("as-reader") is True)
            except MatcherError as error:
                self.wrong(yaml.at(body, name, *error.path), f"{what}: {name}: {error}")

    def _options(self, body: yaml.Mapping, kinds: Mapping[str, str], what: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, kind in kinds.items():
            value = body.get(name)
            if value is None and not (kind == "data" and name in body):
                continue
            try:
                found[name] = _KINDS[kind](value)
            except ValueError as error:
                self.wrong(body.entry(name), f"{what}: {name} is {error}, not {brief(repr(value), 60)}")
        return found


def _word(value: Any) -> str:
    """A value as it is written in YAML."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(value: Any) -> str:
    if isinstance(value, (str, int, float)):
        return value if isinstance(value, str) else _word(value)
    raise ValueError("a text")


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in SWITCHES:  # which goss takes for flags in settings
        return value in ("yes", "on")
    raise ValueError("true or false")


def _milliseconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= 86_400_000:
        raise ValueError("a number of milliseconds, at most a day")
    return value / 1000


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise ValueError("a list of texts")


def _mapping(value: Any) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    raise ValueError("a mapping")


_KINDS: Mapping[str, Callable[[Any], Any]] = {
    "text": _text,
    "flag": _flag,
    "ms": _milliseconds,
    "texts": _texts,
    "mapping": _mapping,
    "data": lambda value: value,
}
