"""goss files, and the short form of ``readiness.yaml``, as frozen assertions; every mistake is told at its line."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Protocol

from ...criteria.globs import matching
from ...criteria.mistakes import Mistakes
from ...criteria.mistakes import hint
from ...model import ParseFailure
from ...model import Span
from ...syntax import yaml
from ...text import brief
from .matchers import Matcher
from .matchers import MatcherError
from .matchers import compiled
from .templates import rendered
from .vocabulary import ALIASES
from .vocabulary import COMMON
from .vocabulary import INCLUDE
from .vocabulary import TYPES
from .vocabulary import Type

MAX_DEPTH = 20  # includes within includes
MAX_FILES = 500  # files that are read, each as often as it is included
MAX_ASSERTIONS = 20_000
_OCTAL = re.compile(r"[-+]?0[0-9_]+")
_OWN = ("x-", ".", "_")  # how keys begin that hold anchors and nothing of goss


class Reader(Protocol):
    """What is asked for files: a `Project`, or anything like it."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file there is, relative to the root."""

    def text(self, path: str) -> str:
        """The text of a file; raises `ParseFailure`."""


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

    @property
    def name(self) -> str:
        """As messages and items call it."""
        return f"{self.type} {self.id}"


Loaded = tuple[list[Assertion], list[ParseFailure]]


def load(reader: Reader, path: str, variables: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None) -> Loaded:
    """The assertions of a goss file and of what it includes, and what is wrong with them.

    ``variables`` is what goss takes with ``--vars``, ``environment`` what ``{{.Env.X}}`` may see.
    """
    found = _Files(reader, variables or {}, environment or {})
    found.read(path, ())
    return list(found.assertions.values()), found.mistakes.all


def from_mapping(mapping: Any, place: Span | None = None) -> Loaded:
    """The assertions of the short form, which stands in an already read mapping; ``place`` is for what is no mapping."""
    mistakes = Mistakes()
    if not isinstance(mapping, yaml.Mapping):
        known = ", ".join(TYPES)
        mistakes.add(
            place or Span("readiness.yaml"), f"what is expected of a host is a mapping with types such as service and file (known: {known})"
        )
        return [], mistakes.all
    return list(_Document(mapping, mistakes, short=True).assertions()), mistakes.all


class _Files:
    """A goss file with its includes. Of two resources with one name the later one holds, as in goss."""

    def __init__(self, reader: Reader, variables: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        self.reader = reader
        self.variables = variables
        self.environment = environment
        self.mistakes = Mistakes()
        self.assertions: dict[tuple[str, str], Assertion] = {}
        self.count = 0

    def read(self, path: str, parents: tuple[str, ...]) -> None:
        try:
            document = self._document(path)
        except ParseFailure as failure:
            self.mistakes.add(failure.span, failure.reason)
            return
        if document is None:
            return
        for assertion in document.assertions():
            if len(self.assertions) >= MAX_ASSERTIONS:
                self.mistakes.add(assertion.span, f"more than {MAX_ASSERTIONS} resources in one goss file and what it includes")
                return
            self.assertions[assertion.type, assertion.id] = assertion
        for glob, span in document.includes():
            for included in self._included(path, glob, span):
                if included in (*parents, path):
                    circle = " -> ".join((*parents, path, included))
                    self.mistakes.add(span, f"{brief(included)} includes itself: {brief(circle)}")
                elif len(parents) >= MAX_DEPTH:
                    self.mistakes.add(span, f"includes are nested deeper than {MAX_DEPTH} levels")
                elif self.count >= MAX_FILES:
                    self.mistakes.add(span, f"more than {MAX_FILES} files are included")
                    return
                else:
                    self.count += 1
                    self.read(included, (*parents, path))

    def _document(self, path: str) -> _Document | None:
        wrong: list[ParseFailure] = []
        text = rendered(path, self.reader.text(path), self.variables, self.environment, wrong)
        for failure in wrong:
            self.mistakes.add(failure.span, failure.reason)
        if wrong:
            return None  # what a template would have made cannot be judged
        documents = yaml.parse(path, text)
        if not documents:
            self.mistakes.add(Span(path, 1, 1, 1, 2), "holds nothing: a goss file holds types such as service and file")
            return None
        if len(documents) > 1:
            self.mistakes.add(documents[1].span, "a second document, which goss does not read: put everything into the first")
        data = documents[0].data
        if not isinstance(data, yaml.Mapping):
            self.mistakes.add(documents[0].span, "is no mapping: a goss file holds types such as service and file")
            return None
        if not path.endswith(".json"):
            self._octal(data, yaml.lines(text))
        return _Document(data, self.mistakes)

    def _octal(self, data: yaml.Mapping, lines: Sequence[str]) -> None:
        """Numbers that goss reads in base eight and nobody means so."""
        for span in _numbers(data):
            written = lines[span[1] - 1][span[2] - 1 : span[4] - 1] if span[1] == span[3] and span[1] <= len(lines) else ""
            if _OCTAL.fullmatch(written):
                self.mistakes.add(Span._make(span), f'goss reads {written} as a number in base eight: write it in quotes, "{written}"')

    def _included(self, path: str, glob: str, span: Span) -> list[str]:
        joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), glob))
        if glob.startswith(("/", "~")) or "\\" in glob or joined.startswith("../") or joined == "..":
            self.mistakes.add(span, f"{brief(glob)} is not below the root: include files of this repository, relative to {path}")
            return []
        found = matching(joined, self.reader.paths)
        if not found:
            close = hint(joined, (other for other in self.reader.paths if other.endswith((".yaml", ".yml", ".json"))))
            self.mistakes.add(span, f"no file matches {brief(glob)}, relative to {path}: {brief(close)}")
        return found


def _numbers(data: Any) -> Iterator[yaml.RawSpan]:
    stack, seen = [data], set[int]()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        pairs = (
            [(value, node.value_spans[key]) for key, value in node.items() if key in node.value_spans]
            if isinstance(node, yaml.Mapping)
            else list(zip(node, node.item_spans, strict=False))
        )
        for value, span in pairs:
            if isinstance(value, (yaml.Mapping, yaml.Sequence)):
                stack.append(value)
            elif isinstance(value, int) and not isinstance(value, bool):
                yield span


class _Document:
    """One mapping of types to resources."""

    def __init__(self, data: yaml.Mapping, mistakes: Mistakes, *, short: bool = False) -> None:
        self.data = data
        self.mistakes = mistakes
        self.short = short
        self.failed = False  # whether something is wrong with the resource that is being read

    def wrong(self, span: Span, reason: str) -> None:
        self.failed = True
        self.mistakes.add(span, reason)

    def assertions(self) -> Iterator[Assertion]:
        for written, resources in self.data.items():
            place = self.data.entry(written)
            name = ALIASES.get(written, written) if self.short else written
            if name == INCLUDE:
                if self.short:
                    self.wrong(place, "gossfile is for goss files: name the files as targets instead")
                continue
            if name not in TYPES:
                if not written.startswith(_OWN):
                    known = (*TYPES, *ALIASES) if self.short else (*TYPES, INCLUDE)
                    self.wrong(place, f"no type of resources is called {brief(written)!r}: {hint(written, known)}")
                continue
            for key, body in self._entries(resources, place, name):
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
        body = yaml.Mapping(span) if body is None else body
        what = f"{name} {brief(key)}"
        self.failed = False
        self._known(body, type_.known, what)
        kinds = {**type_.options, **COMMON}
        if type_.subject:
            kinds[type_.subject] = "text"
        options = self._options(body, kinds, what)
        expected = dict(self._expected(type_, body, what, span))
        if not expected and not options.get("skip") and not self.failed:
            self.wrong(span, f"{what}: nothing is expected of it: add {' or '.join(type_.asked[:2])}")
        if self.failed:
            return None
        common = {"title": options.pop("title", ""), "meta": options.pop("meta", {}), "skip": options.pop("skip", False)}
        subject = options.pop(type_.subject, "") or key
        return Assertion(name, key, span, subject, expected, options, **common)

    def _known(self, body: yaml.Mapping, known: tuple[str, ...], what: str) -> None:
        for key in body:
            if key not in known:
                self.wrong(body.entry(key), f"{what} has no attribute {brief(key)!r}: {hint(key, known)}")

    def _expected(self, type_: Type, body: yaml.Mapping, what: str, span: Span) -> Iterator[tuple[str, Matcher]]:
        for name in type_.required:
            if body.get(name) is None and not (self.short and name in type_.implied) and not (name == "content" and name in body):
                example = type_.implied.get(name)
                fix = f" {name}: {yaml_word(example)}" if example is not None else ""
                self.wrong(body.entry(name) if name in body else span, f"{what}: {name} is missing, which goss demands: add{fix or ' it'}")
        for name in type_.asked:
            value = body.get(name)
            if value is None and self.short and name in type_.implied:
                value = type_.implied[name]
            if value is None or (name in type_.streams and value == []):
                continue
            try:
                yield name, compiled(value, stream=name in type_.streams)
            except MatcherError as error:
                self.wrong(_place(body, name, error.path), f"{what}: {name}: {error}")

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


def _place(body: yaml.Mapping, name: str, path: tuple[str | int, ...]) -> Span:
    return yaml.at(body, name, *path)


def yaml_word(value: Any) -> str:
    """A value as it is written in YAML."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(value: Any) -> str:
    if isinstance(value, (str, int, float)):
        return value if isinstance(value, str) else yaml_word(value)
    raise ValueError("a text")


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("yes", "on", "no", "off"):  # which the YAML of goss takes for a flag
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
