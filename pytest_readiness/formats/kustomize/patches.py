"""What kustomizations change in an object, as data that knows where it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from typing import NamedTuple

from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...syntax import yaml
from ...syntax.yaml import Mapping
from ...syntax.yaml import RawSpan
from ...syntax.yaml import Sequence
from .files import GENERATORS
from .files import Unit
from .files import is_file
from .files import listed
from .files import resolved

_LITERAL = re.compile(r"\|[-+0-9]*\s*(?:#.*)?$")


class Step(Mapping):
    """One step of a JSON pointer: a mapping with one key, or the place of an item of a list, which looks the same.

    ``ends`` says that what is below is the value itself.
    """

    __slots__ = ("ends", "key")

    def __init__(self, key: str, value: Any, operation: Mapping, *, ends: bool) -> None:
        super().__init__(operation.value_spans["value"])
        self.key, self.ends = key, ends
        self[key] = value
        self.key_spans[key] = operation.key_spans["value"]
        self.value_spans[key] = operation.value_spans["value"]


class Patch(NamedTuple):
    """A patch: what it applies to, by kind and name where it says so, and what it puts there."""

    kind: str
    name: str
    change: Mapping

    def concerns(self, kind: str, names: tuple[str, ...]) -> bool:
        """Whether it may be meant for an object of this kind with one of these names."""
        return _fits(self.kind, (kind,)) and _fits(self.name, names)


def _fits(pattern: str, texts: tuple[str, ...]) -> bool:
    """Targets are regular expressions; most are plain names, and others fit whatever equals in the end."""
    return not pattern or pattern in texts or not re.fullmatch(r"[\w.-]*", pattern)


def patches(one: Unit, project: Project) -> Iterator[Patch]:
    """The patches of a kustomization, in the order in which it lists them."""
    for name in ("patches", "patchesStrategicMerge", "patchesJson6902"):
        field = one.body.get(name)
        for number, item in enumerate(listed(field)):
            target = item.get("target") if isinstance(item, dict) else None
            for node in _contents(one, project, field, number, item):
                yield from _changes(node, target)


def _contents(one: Unit, project: Project, field: Any, number: int, item: Any) -> Iterator[Any]:
    """The documents of a patch, from its file or from the text in the kustomization."""
    file: Any
    text: Any
    place: RawSpan | None
    if isinstance(item, str):
        file, text, place = item, item, field.item_spans[number] if isinstance(field, Sequence) else None
    elif isinstance(item, Mapping):
        file, text, place = item.get("path"), item.get("patch"), item.value_spans.get("patch")
    else:
        return
    try:
        if isinstance(file, str) and file and "\n" not in file and is_file(project, path := resolved(one.directory, file)):
            yield from (document.data for document in project.documents(path))
        elif isinstance(text, str) and place is not None:
            yield from inline(project.text(one.path), text, place)
    except ParseFailure:
        return


def inline(source: str, text: str, place: RawSpan) -> Iterator[Any]:
    """The documents of a text inside of a file, with their places in that file."""
    path, line, _, end_line, _ = place
    values = [document.data for document in yaml.parse("", text)]
    lines = yaml.lines(source)
    if _LITERAL.search(lines[line - 1]):
        try:  # with the lines before it empty, every line of the block has the number it has in the file
            found = [document.data for document in yaml.parse(path, "\n" * line + "\n".join(lines[line:end_line]))]
        except ParseFailure:
            found = []
        if found == values:
            yield from found
            return
    yield from (put(value, place) for value in values)


def put(node: Any, place: RawSpan) -> Any:
    """Data as if all of it stood at one place."""
    if isinstance(node, Mapping):
        mapping = Mapping(place)
        for key, value in node.items():
            mapping[key] = put(value, place)
            mapping.key_spans[key] = mapping.value_spans[key] = place
        return mapping
    if isinstance(node, Sequence):
        sequence = Sequence(place)
        sequence.extend(put(item, place) for item in node)
        sequence.item_spans.extend(place for _ in node)
        return sequence
    return node


def _changes(node: Any, target: Any) -> Iterator[Patch]:
    """A document of a patch: part of an object, or operations on JSON."""
    kind, name = ("", "")
    if isinstance(target, dict):
        kind, name = (value if isinstance(value := target.get(key), str) else "" for key in ("kind", "name"))
    if isinstance(node, Mapping) and "op" not in node:
        if not isinstance(target, dict):
            own = yaml.get(node, "metadata", "name")
            kind, name = (value if isinstance(value, str) else "" for value in (node.get("kind"), own))
        yield Patch(kind, name, node)
        return
    for operation in listed(node):
        pointer = operation.get("path") if isinstance(operation, Mapping) else None
        if isinstance(pointer, str) and pointer.startswith("/") and "value" in operation and operation.get("op") in ("add", "replace"):
            yield Patch(kind, name, _chain(pointer, operation))


def _chain(pointer: str, operation: Mapping) -> Mapping:
    keys = [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")[: yaml.MAX_DEPTH]]
    node: Any = operation["value"]
    for depth, key in enumerate(reversed(keys)):
        node = Step(key, node, operation, ends=not depth)
    return node  # type: ignore[no-any-return]


# -- fields of a kustomization that set one thing each


class Entry(NamedTuple):
    """Where a key and its value stand."""

    key: RawSpan
    value: RawSpan


def entry_of(mapping: Mapping, key: str) -> Entry:
    return Entry(mapping.key_spans[key], mapping.value_spans[key])


def setting(one: Unit, parent: str, key: str, value: Any, before: Any) -> Entry | None:
    """The field of a kustomization that made a value what it is; ``before`` is what it was."""
    body = one.body
    if key == "namespace" and body.get("namespace") == value:
        return entry_of(body, "namespace")
    if key == "image" and isinstance(value, str):
        return _image(one, value, before)
    if key == "replicas":
        return next((entry_of(item, "count") for item in one.entries("replicas") if "count" in item and item["count"] == value), None)
    if parent in ("labels", "matchLabels", "selector"):
        common = [body.get("commonLabels"), *(item.get("pairs") for item in one.entries("labels"))]
        return next((entry_of(pairs, key) for pairs in common if isinstance(pairs, Mapping) and key in pairs and pairs[key] == value), None)
    if parent == "annotations":
        pairs = body.get("commonAnnotations")
        return entry_of(pairs, key) if isinstance(pairs, Mapping) and key in pairs and pairs[key] == value else None
    return None


def _image(one: Unit, value: str, before: Any) -> Entry | None:
    for item in one.entries("images"):
        name, new_name = item.get("name"), item.get("newName")
        if not isinstance(name, str) or not isinstance(before, str) or not _is_image(before, name):
            continue
        # what else it says of the image stands beside the tag or digest, which is asked for most
        for key, separator in (("digest", "@"), ("newTag", ":"), ("newName", "")):
            if key in item and (value.endswith(f"{separator}{item[key]}") if separator else _is_image(value, str(new_name))):
                return entry_of(item, key)
    return None


def _is_image(image: str, name: str) -> bool:
    return image == name or image.startswith((f"{name}:", f"{name}@"))


# -- generators


class Generator(NamedTuple):
    """An entry of a generator, and what it makes as data with places: its name, and the keys of its data."""

    kind: str
    name: str
    item: Mapping
    made: Mapping
    files: frozenset[str]


def generators(one: Unit, project: Project) -> Iterator[Generator]:
    """The entries of a kustomization's generators."""
    for field, kind in zip(GENERATORS, ("ConfigMap", "Secret"), strict=True):
        for item in one.entries(field):
            name = item.get("name")
            if isinstance(name, str):
                yield Generator(kind, name, item, _made(one, project, item), _files(one, item))


def raw(span: Span) -> RawSpan:
    """A place as data keeps it."""
    return (span.path, span.line, span.column, span.end_line, span.end_column)


def _files(one: Unit, item: Mapping) -> frozenset[str]:
    """What it reads."""
    named = [text for key in ("files", "envs") for text in listed(item.get(key))] + [item.get("env")]
    return frozenset(resolved(one.directory, text.rpartition("=")[2]) for text in named if isinstance(text, str) and text)


def _made(one: Unit, project: Project, item: Mapping) -> Mapping:
    head = raw(item.entry("name"))
    made, metadata, data = Mapping(head), Mapping(head), Mapping(head)
    metadata.put("name", item)
    for key, place in _keys(one, project, item):
        data[key] = None  # what is in it is written as the tool writes it
        data.key_spans[key] = data.value_spans[key] = place
    if "type" in item:
        made.put("type", item)
    for key, value in (("metadata", metadata), ("data", data), ("binaryData", data)):
        made[key] = value
        made.key_spans[key] = made.value_spans[key] = head
    return made


def _keys(one: Unit, project: Project, item: Mapping) -> Iterator[tuple[str, RawSpan]]:
    """The keys of what is generated, with the place of what each is made from."""
    for name in ("literals", "files"):
        texts = item.get(name)
        if isinstance(texts, Sequence):
            for text, place in zip(texts, texts.item_spans, strict=True):
                if isinstance(text, str):
                    yield (text.partition("=")[0] if name == "literals" or "=" in text else text.rpartition("/")[2]), place
    envs = item.get("envs")
    named = [*(envs if isinstance(envs, list) else ()), item.get("env")]
    for path in (resolved(one.directory, text) for text in named if isinstance(text, str) and text):
        yield from _variables(project, path)


def _variables(project: Project, path: str) -> Iterator[tuple[str, RawSpan]]:
    if not is_file(project, path):
        return
    try:
        lines = project.text(path).split("\n")
    except ParseFailure:
        return
    for number, line in enumerate(lines, 1):
        text = line.rstrip("\r")
        if text.strip() and not text.lstrip().startswith("#"):
            start = len(text) - len(text.lstrip()) + 1
            yield text.partition("=")[0].strip(), (path, number, start, number, len(text.rstrip()) + 1)
