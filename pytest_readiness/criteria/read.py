"""One criterion of a file, read into values; everything wrong with it is noted at its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from ..authoring import CATEGORIES
from ..authoring import DEFAULT_FILES
from ..authoring import marked
from ..formats import kinds as known_kinds
from ..formats.relations import RELATIONS
from ..model import Example
from ..model import Priority
from ..model import Span
from ..syntax import yaml
from ..syntax.yaml import Mapping
from . import operators
from .mistakes import Mistakes
from .mistakes import hint
from .operators import Condition
from .paths import Every
from .paths import Index
from .paths import Key
from .paths import Path
from .paths import PathError
from .paths import Where
from .paths import parse as parse_path

_ID = re.compile(r"[a-z][a-z0-9]*(\.[a-z][a-z0-9-]*)+").fullmatch
_EFFORT = re.compile(r"[0-9]+[mhd]").fullmatch
_PARAMETER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_NAME = re.compile(r"[a-z][a-z0-9_]*").fullmatch
ABOUT = ("id", "title", "why", "priority", "category", "remedy", "effort", "owner", "references", "draft", "good", "bad")
ASKS = ("require", "forbid", "any_of", "has", "files", "satisfied_by")
OWN = (*ABOUT, "on", "when", "unless", "each", *ASKS, "message", "secret", "advice", "parameters")
USED = (*ABOUT, "use", "with", "where", "unless")
FILE_KEYS = ("glob", "at_least", "at_most", "contains", "lacks")
LANGUAGES = {"docker": "dockerfile", "tf": "hcl", "env": "shell", "repo": "text"}  # of samples, on a rule's page
Asked = tuple[tuple[Path, Condition], ...]


@dataclass(frozen=True, slots=True)
class FileDemand:
    """How many files there must be that match a glob, and what each of them must or must not contain."""

    glob: str
    at_least: int = 1
    at_most: int | None = None
    contains: str = ""
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """What is asked of one thing; all of it must hold."""

    require: Asked = ()
    forbid: Asked = ()
    has: tuple[str, ...] = ()
    files: tuple[FileDemand, ...] = ()
    satisfied_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Demands:
    """What a criterion asks once its parameters are known."""

    when: Asked = ()
    unless: Asked = ()
    each: Path | None = None
    block: Block = field(default_factory=Block)
    any_of: tuple[Block, ...] = ()
    message: str = ""


@dataclass(frozen=True, eq=False)
class Sample:
    """An example of a criterion, and the key it stands under."""

    example: Example
    span: Span


@dataclass(frozen=True, eq=False)
class Criterion:
    """A criterion as it is written. One with ``use`` is another rule with other options."""

    id: str
    span: Span
    body: Mapping
    title: str
    why: str
    priority: Priority | None
    category: str
    remedy: str
    effort: str
    owner: str
    references: tuple[str, ...]
    draft: bool
    on: tuple[str, ...]
    parameters: dict[str, Any]
    use: str = ""

    def demands(self, parameters: dict[str, Any]) -> Demands:
        """What it asks with these parameters; raises `ParseFailure` where they make it senseless."""
        mistakes = Mistakes()
        found = demands(self.body, self.on, {**self.parameters, **parameters}, mistakes)
        if mistakes:
            raise mistakes.all[0]
        return found

    def at(self, *keys: str | int) -> Span:
        """The place of something in it."""
        return yaml.at(self.body, *keys)


# -- the criterion itself


def criterion(body: Any, place: Span, mistakes: Mistakes, kinds: Iterable[str] = ()) -> Criterion | None:
    """A criterion, or None where it is none at all; ``kinds`` are known besides the built-in ones."""
    if not isinstance(body, Mapping):
        mistakes.add(place, f"a criterion is a mapping with id, title, on and what it asks, not {operators.shown(body)}")
        return None
    name = body.get("id")
    if not isinstance(name, str) or not _ID(name):
        written = "a criterion has no id: give it one" if name is None else f"the id {operators.shown(name)} is not"
        mistakes.add(body.entry("id"), f"{written} in lower case with a dot in it, such as acme.team-label")
        return None
    uses = "use" in body
    _known_keys(body, USED if uses else OWN, f"{name}: ", mistakes, (*OWN, *USED))
    text = _Texts(body, name, mistakes)
    on = () if uses else _kinds(body, name, mistakes, kinds)
    found = Criterion(
        id=name,
        span=body.entry("id"),
        body=body,
        title=text("title", required=not uses),
        why=text("why"),
        priority=_choice(body, "priority", Priority.__members__, name, mistakes),
        category=_choice(body, "category", {name: name for name in CATEGORIES}, name, mistakes) or "",
        remedy=text("remedy", required=not uses),
        effort=text("effort"),
        owner=text("owner"),
        references=tuple(_texts(body, "references", name, mistakes)),
        draft=_flag(body, "draft", name, mistakes),
        on=on,
        parameters=_parameters(body, name, mistakes),
        use=text("use") if uses else "",
    )
    for key in ("secret", "advice"):
        _flag(body, key, name, mistakes)
    if found.effort and not _EFFORT(found.effort):
        mistakes.add(found.at("effort"), f"{name}: effort: {found.effort!r} is not like 30m, 2h or 1d")
    if not uses and on:
        demands(body, on, found.parameters, mistakes, name)
        if not any(key in body for key in ASKS):
            mistakes.add(found.span, f"{name}: asks nothing: add one of {', '.join(ASKS)}")
    return found


class _Texts:
    """Reads keys that hold one text."""

    def __init__(self, body: Mapping, name: str, mistakes: Mistakes) -> None:
        self._body, self._name, self._mistakes = body, name, mistakes

    def __call__(self, key: str, *, required: bool = False) -> str:
        value = self._body.get(key)
        if value is None and key not in self._body:
            if required:
                self._mistakes.add(self._body.entry("id"), f"{self._name}: has no {key}")
            return ""
        if not isinstance(value, str) or not value.strip():
            self._mistakes.add(self._body.entry(key), f"{self._name}: {key} must be a text, not {operators.shown(value)}")
            return ""
        return value.strip().rstrip(".") if key in ("title", "remedy") else value.strip()


def _known_keys(body: Mapping, known: tuple[str, ...], prefix: str, mistakes: Mistakes, elsewhere: tuple[str, ...]) -> None:
    for key in body:
        if key in known:
            continue
        if key in elsewhere:
            reason = f"{key} cannot stand together with {'use' if 'use' in body else 'on; it belongs to use'}"
        else:
            reason = f"unknown key {key!r} ({hint(key, known)})"
        mistakes.add(body.entry(key), f"{prefix}{reason}")


def _choice(body: Mapping, key: str, choices: Any, name: str, mistakes: Mistakes) -> Any:
    if key not in body:
        return None
    value = body[key]
    if not isinstance(value, str) or value not in choices:
        mistakes.add(body.entry(key), f"{name}: {key}: there is no {operators.shown(value)} ({hint(str(value), choices)})")
        return None
    return choices[value]


def _flag(body: Mapping, key: str, name: str, mistakes: Mistakes) -> bool:
    value = body.get(key, False)
    if not isinstance(value, bool):
        mistakes.add(body.entry(key), f"{name}: {key} must be true or false, not {operators.shown(value)}")
        return False
    return value


def _texts(body: Mapping, key: str, name: str, mistakes: Mistakes) -> Iterator[str]:
    """A text, or a list of them."""
    value = body.get(key, [])
    listed = value if isinstance(value, list) else [value]
    for number, item in enumerate(listed):
        if isinstance(item, str) and item:
            yield item
        else:
            place = yaml.at(body, key, number) if isinstance(value, list) else body.entry(key)
            mistakes.add(place, f"{name}: {key} must be a text or a list of texts, not {operators.shown(item)}")


def _kinds(body: Mapping, name: str, mistakes: Mistakes, more: Iterable[str]) -> tuple[str, ...]:
    if "on" not in body:
        mistakes.add(body.entry("id"), f"{name}: has no on: say which kind of resource it judges, such as on: k8s.workload")
        return ()
    known = {*known_kinds.KINDS, *more}
    found = []
    for kind in _texts(body, "on", name, mistakes):
        if kind in known:
            found.append(kind)
        elif kind in known_kinds.WITHOUT_DATA:
            mistakes.add(body.entry("on"), f"{name}: on: what is {kind} holds no data a path could lead into; write a rule in Python")
        else:
            mistakes.add(body.entry("on"), f"{name}: on: there is no kind {kind!r} ({hint(kind, known)})")
    return tuple(found)


def _parameters(body: Mapping, name: str, mistakes: Mistakes) -> dict[str, Any]:
    if "parameters" not in body:
        return {}
    value = body["parameters"]
    if not isinstance(value, Mapping):
        mistakes.add(body.entry("parameters"), f"{name}: parameters must be a mapping of names to defaults, not {operators.shown(value)}")
        return {}
    for key in value:
        if not _NAME(key):
            mistakes.add(value.entry(key), f"{name}: parameters: {key!r} is no name: lower case, with underscores")
    return dict(value)


# -- what it asks


def demands(body: Mapping, on: tuple[str, ...], parameters: dict[str, Any], mistakes: Mistakes, name: str = "") -> Demands:
    """What a criterion asks, with its parameters filled in."""
    reader = _Reader(on, parameters, mistakes, f"{name}: " if name else "")
    each = reader.path(body["each"], body.entry("each"), "each: ") if "each" in body else None
    alternatives = body.get("any_of", [])
    if "any_of" in body and (not isinstance(alternatives, list) or len(alternatives) < 2):
        mistakes.add(body.entry("any_of"), f"{reader.prefix}any_of must be a list of at least two alternatives")
        alternatives = []
    message = body.get("message", "")
    if not isinstance(message, str):
        mistakes.add(body.entry("message"), f"{reader.prefix}message must be a text, not {operators.shown(message)}")
    plain = _Reader(on, {}, mistakes, reader.prefix)  # whether a criterion applies does not hang on its parameters
    for key in ("when", "unless"):
        for parameter in _named(body.get(key), parameters):
            reader.wrong(
                body.entry(key), f"{key}: the parameter {parameter!r} cannot be used here; narrow with `where` in what uses the criterion"
            )
    return Demands(
        when=plain.asked(body, "when"),
        unless=plain.asked(body, "unless"),
        each=each,
        block=reader.block(body, each),
        any_of=tuple(
            filter(None, (reader.alternative(item, yaml.at(alternatives, number), each) for number, item in enumerate(alternatives)))
        ),
        message=str(reader.filled(message, body.entry("message"))),
    )


def _named(node: Any, parameters: dict[str, Any]) -> Iterator[str]:
    """The parameters that are mentioned somewhere in a condition."""
    for keys, value in yaml.walk(node) if isinstance(node, Mapping) else ():
        texts = [text for text in (*keys, value) if isinstance(text, str) and "${" in text]
        yield from (name for text in texts for name in _PARAMETER.findall(text) if name in parameters)


def narrowing(body: Mapping, on: tuple[str, ...], mistakes: Mistakes, name: str) -> tuple[Asked, Asked]:
    """``where`` and ``unless`` of a criterion that uses another one."""
    reader = _Reader(on, {}, mistakes, f"{name}: ")
    return reader.asked(body, "where"), reader.asked(body, "unless")


class _Reader:
    """Reads what is asked of resources of some kinds."""

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
        for name in _PARAMETER.findall(value):
            if name not in self.parameters:
                self.wrong(place, f"there is no parameter {name!r} ({hint(name, self.parameters)})")
                return _PARAMETER.sub(r"\1", value)
        whole = _PARAMETER.fullmatch(value)
        if whole:
            return self.parameters[whole[1]]
        return _PARAMETER.sub(lambda found: str(operators.text(self.parameters[found[1]])), value)

    def block(self, body: Mapping, each: Path | None) -> Block:
        return Block(
            require=self.asked(body, "require", each),
            forbid=self.asked(body, "forbid", each),
            has=tuple(self._relations(body)),
            files=tuple(self._files(body)),
            satisfied_by=tuple(_texts(body, "satisfied_by", self.prefix.removesuffix(": "), self.mistakes)),
        )

    def alternative(self, item: Any, place: Span, each: Path | None) -> Block | None:
        allowed = tuple(key for key in ASKS if key != "any_of")
        if not isinstance(item, Mapping) or not item:
            self.wrong(place, f"any_of: an alternative is a mapping with {', '.join(allowed)}, not {operators.shown(item)}")
            return None
        for key in item:
            if key not in allowed:
                deeper = "alternatives do not nest; write a second criterion, or a rule in Python"
                self.wrong(
                    item.entry(key), f"any_of: {deeper}" if key == "any_of" else f"any_of: unknown key {key!r} ({hint(key, allowed)})"
                )
        return self.block(item, each)

    def asked(self, body: Mapping, key: str, each: Path | None = None) -> Asked:
        """Paths with their conditions."""
        if key not in body:
            return ()
        listed = body[key]
        if not isinstance(listed, Mapping) or not listed:
            self.wrong(body.entry(key), f"{key} must be a mapping of paths to what is asked of them, not {operators.shown(listed)}")
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
        reasons = list(dict.fromkeys(filter(None, (self._impossible(found, kind, each) for kind in self.on))))
        for reason in reasons:
            self.wrong(place, f"{where}{reason}")
        return None if reasons else found

    def _impossible(self, path: Path, kind: str, each: Path | None) -> str:
        """Why no document of a kind has something at a path; empty where one may."""
        if kind not in known_kinds.KINDS:
            return ""
        if path.fact:
            facts = known_kinds.class_of(kind).facts()
            return (
                ""
                if path.fact in facts
                else f"nothing is known as ${path.fact} of a {kind} ({hint(f'${path.fact}', (f'${name}' for name in facts))})"
            )
        if kind == "repo":
            return f"the repository has no data, so there is nothing at {path.text!r}: ask for files or satisfied_by"
        if each is not None and each.fact:
            return ""
        keys = known_kinds.KEYS.get(kind, known_kinds.ANY)
        for step in (*(each.steps if each else ()), *path.steps):
            if isinstance(step, Key) and keys:
                if step.name not in keys and "*" not in keys:
                    return self._no_key(step.name, kind, path, keys)
                keys = keys.get(step.name, keys.get("*", known_kinds.ANY))
            elif isinstance(step, Every) and "*" in keys:
                keys = keys["*"]
            elif isinstance(step, Where) and keys and step.name not in keys and "*" not in keys:
                return self._no_key(step.name, kind, path, keys)
            elif not isinstance(step, (Key, Every, Index, Where)):
                break
        return ""

    def _no_key(self, name: str, kind: str, path: Path, keys: known_kinds.Keys) -> str:
        others = [other for other, tree in known_kinds.KEYS.items() if other.partition(".")[0] == kind.partition(".")[0] and name in tree]
        elsewhere = f"; {' and '.join(sorted(others)[:2])} have" if others else ""
        return f"no {kind} has {name!r}, so nothing is at {path.text!r} ({hint(name, keys)}{elsewhere})"

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

    # -- relations and files

    def _relations(self, body: Mapping) -> Iterator[str]:
        for name in _texts(body, "has", self.prefix.removesuffix(": "), self.mistakes):
            for kind in self.on:
                known = RELATIONS.get(kind, {})
                if name not in known:
                    self.wrong(body.entry("has"), f"has: a {kind} has no relation {name!r} ({hint(name, known)})")
                    break
            else:
                yield name

    def _files(self, body: Mapping) -> Iterator[FileDemand]:
        if "files" not in body:
            return
        if self.on != ("repo",):
            self.wrong(body.entry("files"), "files are asked of the repository: write on: repo")
            return
        listed = body["files"]
        for number, item in enumerate(listed if isinstance(listed, list) else [listed]):
            place = yaml.at(listed, number) if isinstance(listed, list) else body.entry("files")  # type: ignore[arg-type]
            found = self._file(item, place)
            if found is not None:
                yield found

    def _file(self, item: Any, place: Span) -> FileDemand | None:
        if isinstance(item, str):
            return FileDemand(item)
        if not isinstance(item, Mapping):
            self.wrong(place, f"files: an entry is a glob, or a mapping with {', '.join(FILE_KEYS)}, not {operators.shown(item)}")
            return None
        values: dict[str, Any] = {}
        tests: dict[str, Callable[[Any], bool]] = {
            "glob": lambda value: isinstance(value, str) and bool(value),
            "at_least": _is_count,
            "at_most": _is_count,
        }
        for key, value in item.items():
            filled = self.filled(value, item.entry(key))
            if key not in FILE_KEYS:
                self.wrong(item.entry(key), f"files: unknown key {key!r} ({hint(key, FILE_KEYS)})")
            elif key in tests and not tests[key](filled):
                self.wrong(
                    item.entry(key),
                    f"files: {key} must be {'a text' if key == 'glob' else 'a whole number'}, not {operators.shown(filled)}",
                )
            elif key not in tests and (problem := operators.problem("matches", filled)):
                self.wrong(item.entry(key), f"files: {key} {problem}")
            else:
                values[key] = filled
        if "glob" not in item:
            self.wrong(place, "files: an entry has no glob: say which files it is about")
            return None
        if values.get("at_most") == 0:
            values.setdefault("at_least", 0)
        return FileDemand(**values) if "glob" in values else None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


# -- samples


def samples(found: Criterion, on: tuple[str, ...], mistakes: Mistakes) -> Iterator[Sample]:
    """The good and bad examples: a text, a mapping of paths to texts, or a list of these."""
    platform = on[0].partition(".")[0] if on else ""
    for key in ("good", "bad"):
        if key not in found.body:
            continue
        value = found.body[key]
        listed = value if isinstance(value, list) else [value]
        for number, item in enumerate(listed):
            place = found.at(key, number) if isinstance(value, list) else found.at(key)
            files = _files_of(item, platform)
            if files is None:
                mistakes.add(place, f"{found.id}: {key} must be {_sample_shape(platform)}, not {operators.shown(item)}")
                continue
            texts, marks = marked(files)
            narrow = place._replace(end_line=place.line, end_column=place.column + 1) if place.end_line > place.line else place
            yield Sample(Example(key == "good", texts, marks, LANGUAGES.get(platform, "yaml")), narrow)


def _files_of(item: Any, platform: str) -> dict[str, str] | None:
    if isinstance(item, str) and platform in DEFAULT_FILES:
        return {DEFAULT_FILES[platform]: item}
    if isinstance(item, Mapping) and all(isinstance(text, str) or text is None for text in item.values()):
        return {path: text or "" for path, text in item.items()}
    return None


def _sample_shape(platform: str) -> str:
    texts = "a text (with |), or " if platform in DEFAULT_FILES else ""
    return f"{texts}a mapping of paths to texts"
