"""YAML and JSON text to data that knows the place of every key and value.

Built from libyaml's events with a stack of our own: ``yaml.load`` and ``yaml.compose`` recurse (30,000
brackets end the interpreter), lose positions and duplicate keys, expand merge keys without bound, and
read YAML 1.1 (``on:`` is a boolean, ``22:22`` a number). Here plain scalars follow the YAML 1.2 core
schema, keys are always text, and depth, nodes and alias expansion are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml
from yaml import events

from ..model import ParseFailure
from ..model import Span

MAX_DEPTH = 200
MAX_NODES = 2_000_000  # scalars and collections, counted again for every alias and merge key
RawSpan = tuple[str, int, int, int, int]  # becomes a Span only when somebody asks


class Mapping(dict[str, Any]):
    """A dict in document order that knows where it, its keys and its values stand.

    A value merged in through ``<<`` or an alias keeps the place where it was written.
    ``tags`` holds application tags of values (``!reset``), by key.
    """

    __slots__ = ("key_spans", "raw_span", "tags", "value_spans")

    def __init__(self, raw_span: RawSpan) -> None:
        super().__init__()
        self.raw_span = raw_span
        self.key_spans: dict[str, RawSpan] = {}
        self.value_spans: dict[str, RawSpan] = {}
        self.tags: dict[str, str] = {}

    @property
    def span(self) -> Span:
        """The whole mapping."""
        return Span._make(self.raw_span)

    @property
    def head(self) -> Span:
        """A narrow place for the mapping as a whole: its first entry."""
        return self.entry(next(iter(self))) if self else self.span

    def entry(self, key: str) -> Span:
        """From the key to the end of its value where that is a scalar or on the same line, else the key."""
        key_span, value_span = self.key_spans.get(key), self.value_spans.get(key)
        if key_span is None or value_span is None:
            return self.head
        same_line = value_span[0] == key_span[0] and value_span[3] == key_span[1]
        return Span._make(key_span).to(Span._make(value_span)) if same_line else Span._make(key_span)

    def value_span(self, key: str) -> Span:
        """Where the value of a key stands."""
        return Span._make(self.value_spans[key])

    def copy(self) -> Mapping:
        """A shallow copy with the positions."""
        other = Mapping(self.raw_span)
        other.update(self)
        other.key_spans.update(self.key_spans)
        other.value_spans.update(self.value_spans)
        other.tags.update(self.tags)
        return other

    def put(self, key: str, origin: Mapping, value: Any = None, *, as_value: bool = False) -> None:
        """Take an entry over from another mapping, with its place (and a new value with ``as_value``)."""
        self[key] = value if as_value else origin[key]
        self.key_spans[key] = origin.key_spans[key]
        self.value_spans[key] = origin.value_spans[key]
        if key in origin.tags:
            self.tags[key] = origin.tags[key]


class Sequence(list[Any]):
    """A list that knows where it and its items stand."""

    __slots__ = ("item_spans", "raw_span")

    def __init__(self, raw_span: RawSpan) -> None:
        super().__init__()
        self.raw_span = raw_span
        self.item_spans: list[RawSpan] = []

    @property
    def span(self) -> Span:
        """The whole sequence."""
        return Span._make(self.raw_span)

    @property
    def head(self) -> Span:
        """A narrow place for the sequence as a whole: its first item."""
        return self.item(0) if self else self.span

    def item(self, index: int) -> Span:
        """A narrow place for an item: the scalar itself, or the head of a collection."""
        value = self[index]
        if isinstance(value, (Mapping, Sequence)) and value:
            return value.head
        return Span._make(self.item_spans[index])


Node = Mapping | Sequence | str | int | float | bool | None


@dataclass(frozen=True, eq=False)
class Document:
    """One YAML document: its data and where it stands."""

    path: str
    data: Node
    span: Span


def at(node: Node, *keys: str | int) -> Span:
    """The place of the value under ``keys``, or of the nearest enclosing thing that exists."""
    if not isinstance(node, (Mapping, Sequence)):
        raise TypeError("only mappings and sequences have places inside")
    place = node.head
    for key in keys:
        if isinstance(node, Mapping) and isinstance(key, str) and key in node:
            place = node.entry(key)
        elif isinstance(node, Sequence) and isinstance(key, int) and -len(node) <= key < len(node):
            place = node.item(key)
        else:
            break
        node = node[key]  # type: ignore[index]
    return place


def get(node: Any, *keys: str | int, default: Any = None) -> Any:
    """The value under ``keys``, or the default where any step is missing or not a collection."""
    for key in keys:
        if (isinstance(node, dict) and key in node) or (isinstance(node, list) and isinstance(key, int) and key < len(node)):
            node = node[key]  # type: ignore[index]
        else:
            return default
    return node


def walk(node: Node, *keys: str | int) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every (path, scalar) below a node, in document order; shared nodes are visited where they are used."""
    stack: list[tuple[tuple[str | int, ...], Any]] = [(keys, node)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            stack.extend(((*path, key), value[key]) for key in reversed(value))
        elif isinstance(value, list):
            stack.extend(((*path, index), value[index]) for index in range(len(value) - 1, -1, -1))
        else:
            yield path, value


_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_BLANK = "\r\n\x85\u2028\u2029 \t"
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]{1,100}").fullmatch  # Python refuses to convert thousands of digits; longer ones stay text
_BASED = re.compile(r"0o[0-7]{1,20}|0x[0-9a-fA-F]{1,16}").fullmatch
_FLOAT = re.compile(r"[-+]?(?:(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)").fullmatch
_JSON_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)", re.DOTALL)
_JSON_BREAKS = {0x85: "\\N", 0x2028: "\\L", 0x2029: "\\P"}  # ends of lines in YAML 1.1, ordinary characters of a string in JSON


def lines(text: str) -> list[str]:
    """The lines of a text as YAML, and so every place in it, counts them."""
    return _BREAK.split(text)


def plain(text: str) -> Any:
    """The value of a plain scalar by the YAML 1.2 core schema, which JSON shares."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0].isdigit() or text[0] in "+-.":
        if _INT(text):
            return int(text)
        if _BASED(text):
            return int(text, 0)
        if _FLOAT(text):
            return float(text)
    return text


def parse(path: str, text: str) -> tuple[Document, ...]:
    """The documents of a text, empty ones left out; raises `ParseFailure` for anything that is not YAML.

    Rejected as well: duplicate keys, collections as keys, recursive aliases, nesting deeper than
    `MAX_DEPTH`, more than `MAX_NODES` values.
    """
    text = text.removeprefix("\ufeff")
    if path.endswith(".json"):
        text = _as_yaml(text)
    try:
        return tuple(_Builder(path, text).documents())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _point(path, text, mark)
        reason = " ".join(filter(None, (error.context, error.problem))).replace("\n", " ")
        if "\t" in lines(text)[place.line - 1][: place.column]:
            reason = f"a tab where YAML takes spaces only ({reason})"
        raise ParseFailure(f"not valid YAML: {reason}", place) from None
    except yaml.reader.ReaderError as error:
        before = text.encode()[: error.position]  # libyaml counts bytes
        line = before.count(b"\n") + 1
        raise ParseFailure(f"not valid YAML: {error.reason} (U+{_code(error.character):04X})", Span(path, line, 1, line, 2)) from None


def _as_yaml(text: str) -> str:
    """JSON without what YAML reads otherwise. Tabs are white space there, never inside a string, so columns stay."""
    text = text.replace("\t", " ")
    if "\\u" in text:
        text = _JSON_ESCAPE.sub(_yaml_escape, text)
    return text if text.isascii() else text.translate(_JSON_BREAKS)


def _yaml_escape(match: re.Match[str]) -> str:
    r"""Two ``\u`` escapes that make one character in JSON as the one that YAML has for it; half a character as a replacement."""
    escape = match[0]
    if len(escape) == 12:
        high, low = int(escape[2:6], 16), int(escape[8:], 16)
        return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"
    return "\\ufffd" if len(escape) == 6 else escape


def _code(character: Any) -> int:
    return ord(character) if isinstance(character, str) else int(character)


def _point(path: str, text: str, mark: Any) -> Span:
    """One character at the mark, pulled back into the text where the mark lies behind its end."""
    lines = text.split("\n")
    line = min(mark.line, len(lines) - 1) if mark else 0
    column = min(mark.column, len(lines[line])) if mark and mark.line == line else 0
    return Span(path, line + 1, column + 1, line + 1, column + 2)


class _Builder:
    """One pass over the events of a text; holds the collection that is open and the stack above it."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.loader = yaml.CSafeLoader(text)
        self.nodes = 0
        self.merging: set[int] = set()  # the open mappings that have a merge key, by identity

    def fail(self, reason: str, mark: Any) -> ParseFailure:
        return ParseFailure(reason, _point(self.path, self.text, mark))

    def documents(self) -> Iterator[Document]:
        try:
            while not isinstance(event := self.loader.get_event(), events.StreamEndEvent):
                if event is None:  # behind the end: only when yaml was imported twice, and then for ever
                    raise RuntimeError("the yaml package was imported again; its events are not recognised")
                if isinstance(event, events.DocumentStartEvent):
                    document = self.document()
                    if document.data is not None:
                        yield document
        finally:
            self.loader.dispose()

    def document(self) -> Document:  # noqa: PLR0915 - the one hot loop; calls here would double its cost
        get_event, path = self.loader.get_event, self.path
        memo: dict[str, Any] = {}
        anchors: dict[str, tuple[Any, RawSpan, int]] = {}
        # the open collection: itself, its pending key, the anchor it bears, how many values it holds
        node: Any = None
        key: str | None = None
        key_span: RawSpan = (path, 1, 1, 1, 1)
        anchor: str | None = None
        weight = 0
        stack: list[tuple[Any, str | None, RawSpan, str | None, int]] = []
        root: Any = None
        root_span: RawSpan = (path, 1, 1, 1, 1)
        while True:
            event: Any = get_event()
            kind = type(event)
            start = event.start_mark
            if kind is events.DocumentEndEvent:
                return Document(path, root, Span._make(root_span))
            tag = None
            size = 1
            if kind is events.ScalarEvent:
                end = event.end_mark
                span: RawSpan = (path, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
                if event.style in ("|", ">"):
                    span = self.block_scalar(span)
                elif not event.value and start.index >= len(self.text):
                    span = self.end
                value: Any = event.value
                tag = event.tag
                if event.implicit[0] and tag is None:
                    value = memo[value] if value in memo else memo.setdefault(value, plain(value))
                if event.anchor:
                    anchors[event.anchor] = (value, span, 1)
            elif kind is events.AliasEvent:
                if event.anchor not in anchors:
                    open_anchors = {anchor, *(frame[3] for frame in stack)}
                    what = "recursive alias" if event.anchor in open_anchors else "undefined alias"
                    raise self.fail(f"{what} *{event.anchor}", start)
                value, span, size = anchors[event.anchor]
            elif kind is events.MappingEndEvent or kind is events.SequenceEndEvent:
                if self.merging and id(node) in self.merging:
                    weight += self.merge(node)
                span = self.close(node, event)
                if anchor:
                    anchors[anchor] = (node, span, weight)
                value, size = node, weight
                node, key, key_span, anchor, weight = stack.pop()
                if node is None:
                    root, root_span = value, span
                elif key is None:
                    node.item_spans[-1] = span
                else:
                    node.value_spans[key] = span
                    key = None
                weight += size
                continue
            else:
                if len(stack) >= MAX_DEPTH:
                    raise self.fail(f"nested deeper than {MAX_DEPTH} levels", start)
                if type(node) is Mapping and key is None:
                    raise self.fail("a mapping or list used as a key", start)
                end = event.end_mark
                span = (path, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
                value = Mapping(span) if kind is events.MappingStartEvent else Sequence(span)
                tag = event.tag
            self.nodes += size
            if self.nodes > MAX_NODES:
                raise self.fail(f"more than {MAX_NODES} values once aliases are expanded", start)
            opened = kind is events.MappingStartEvent or kind is events.SequenceStartEvent
            if node is None:
                root, root_span = value, span
            elif type(node) is Sequence:
                node.append(value)
                node.item_spans.append(span)
                if not opened:
                    weight += size
            elif key is None:
                if kind is events.AliasEvent and isinstance(value, (Mapping, Sequence)):
                    raise self.fail("a mapping or list used as a key", start)
                key = event.value if kind is events.ScalarEvent else str(value)
                if kind is events.AliasEvent:
                    span = (path, start.line + 1, start.column + 1, event.end_mark.line + 1, event.end_mark.column + 1)
                if key == "<<" and kind is events.ScalarEvent and event.implicit[0]:  # in quotes it is a key like any other
                    self.merging.add(id(node))
                if key in node.key_spans:
                    raise self.fail(f"duplicate key {key!r}, first on line {node.key_spans[key][1]}", start)
                key_span = span
                continue
            else:
                node[key] = value
                node.key_spans[key] = key_span
                node.value_spans[key] = span
                if tag is not None and tag[:1] == "!" and len(tag) > 1:
                    node.tags[key] = tag
                if not opened:
                    weight += size
                    key = None
            if opened:
                stack.append((node, key, key_span, anchor, weight))
                node, key, anchor, weight = value, None, event.anchor, 1

    def merge(self, node: Mapping) -> int:
        """Expand ``<<`` in place, keys already there winning; how many entries that added."""
        self.merging.discard(id(node))
        merged, place = node.pop("<<"), Span._make(node.value_spans.pop("<<"))
        del node.key_spans["<<"]
        before = len(node)
        for origin in merged if isinstance(merged, Sequence) else (merged,):
            if not isinstance(origin, Mapping):
                raise ParseFailure("a merge key (<<) needs a mapping or a list of mappings", place)
            for key in origin:
                if key not in node:
                    node.put(key, origin)
        added = len(node) - before
        self.nodes += added
        if self.nodes > MAX_NODES:
            raise ParseFailure(f"more than {MAX_NODES} values once merge keys are expanded", place)
        return added

    def close(self, node: Any, event: Any) -> RawSpan:
        """The final span of a collection: a block ends with its last child, not where the next token starts."""
        path, line, column, end_line, end_column = node.raw_span
        last = list(node.value_spans.values())[-1:] if type(node) is Mapping else node.item_spans[-1:]
        if self.flow(event):
            end_line, end_column = event.end_mark.line + 1, event.end_mark.column + 1
        elif last and last[0][0] == path and last[0][1:3] >= (line, column):
            end_line, end_column = last[0][3:5]
        node.raw_span = (path, line, column, end_line, end_column)
        return node.raw_span  # type: ignore[no-any-return]

    @staticmethod
    def flow(event: Any) -> bool:
        """A closing bracket is one character wide; the end of a block has no width."""
        return bool(event.end_mark.index > event.start_mark.index)

    def block_scalar(self, span: RawSpan) -> RawSpan:
        """Libyaml ends a ``|`` or ``>`` scalar where the next token starts; end it with its last line."""
        path, line, column, end_line, end_column = span
        if end_column != 1 or end_line <= line:
            return span
        last = min(end_line - 1, len(self.line_starts))
        while last > line and not self.line(last).strip(_BLANK):
            last -= 1
        return (path, line, column, last, len(self.line(last).rstrip(_BLANK)) + 1)

    @property
    def end(self) -> RawSpan:
        """The end of the text, where an empty value may stand; libyaml says the line behind it."""
        line = len(self.line_starts)
        column = len(self.line(line)) + 1
        return (self.path, line, column, line, column)

    def line(self, number: int) -> str:
        """A line (from 1) with its line break."""
        starts = self.line_starts
        return self.text[starts[number - 1] : starts[number] if number < len(starts) else len(self.text)]

    @cached_property
    def line_starts(self) -> list[int]:
        """The index of the first character of every line, as libyaml breaks them."""
        return [0, *(match.end() for match in _BREAK.finditer(self.text))]
