"""HCL text, native or JSON, to blocks and attributes that know their places.

Two parsers stand behind `parse`. tree-sitter reads 5 MB/s and goes first; where it reports an error,
python-hcl2 (0.7 MB/s after a second of start) has the second opinion, so a file is unreadable only
where both say so. Expressions are not looked at before somebody asks: see `hcl_expressions`.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import Protocol

from ..model import ParseFailure
from ..model import Span
from . import yaml

if TYPE_CHECKING:
    import tree_sitter

    from .hcl_expressions import Expression

MAX_DEPTH = 250  # brackets open at once; both parsers, and we, walk nested things
MAX_TEXT = 3_000_000  # characters; nobody writes as much by hand, and a tree takes hundreds of bytes for each
MAX_SECOND_OPINION = 1_000_000  # characters; python-hcl2 takes hundreds of bytes and a microsecond for each
_BRACKETS = re.compile(r"[\[\](){}]")


@dataclass(frozen=True, eq=False)
class Attribute:
    """``name = value``: ``span`` is the whole of it, or the name where the value takes several lines."""

    name: str
    span: Span
    value_span: Span
    source: str
    json: Any = None  # the parsed value, in JSON syntax

    @cached_property
    def expression(self) -> Expression:
        """The value as a small syntax tree."""
        from . import hcl_expressions

        if self.value_span.path.endswith(".json"):
            return hcl_expressions.from_json(self.json, self.value_span)
        return hcl_expressions.read(self.source, self.value_span)


@dataclass(frozen=True, eq=False)
class Body:
    """What stands between the braces of a block, or in a file."""

    attributes: Mapping[str, Attribute]
    blocks: tuple[Block, ...]
    span: Span
    failures: tuple[ParseFailure, ...] = ()  # of a file: what was left out because an attribute is set twice

    def of(self, type: str) -> Iterator[Block]:
        """The blocks of a type, in order."""
        return (block for block in self.blocks if block.type == type)


@dataclass(frozen=True, eq=False)
class Block:
    """``type "label" "label" { … }``: ``span`` is its head line, up to the brace."""

    type: str
    labels: tuple[str, ...]
    span: Span
    body: Body


def parse(path: str, text: str) -> Body:
    """The body of a file; raises `ParseFailure` where neither parser can read it.

    A block in which an attribute is set twice is left out and its failure, at the second, is in ``failures``.
    """
    text = text.removeprefix("\ufeff")
    if path.endswith(".json"):
        return _json_file(path, text)
    if len(text) > MAX_TEXT:
        raise ParseFailure(f"is longer than {MAX_TEXT:,} characters and was not read", Span(path))
    _bound_depth(path, text)
    source = _Source(path, text)
    root = _parser().parse(source.data).root_node
    if not root.has_error:
        body = next((child for child in root.children if child.type == "body"), None)
        return _file(body.children, source.span(body, body), _Native(source)) if body is not None else Body({}, (), Span(path))
    if len(text) > MAX_SECOND_OPINION:
        raise ParseFailure("not valid HCL", _error(root, source))
    return _second_opinion(path, text)


def _error(root: tree_sitter.Node, source: _Source) -> Span:
    """The first character of the first piece that does not fit."""
    node = root
    while (inner := next((child for child in node.children if child.has_error), None)) is not None and not node.is_error:
        node = inner
    place = source.span(node, node)
    return place._replace(end_line=place.line, end_column=place.column + 1)


def _bound_depth(path: str, text: str) -> None:
    """Brackets in comments and strings count too: what stays open there is far below the bound."""
    depth = 0
    for found in _BRACKETS.finditer(text):
        if found[0] in "[({":
            depth += 1
            if depth > MAX_DEPTH:
                raise ParseFailure(f"nested deeper than {MAX_DEPTH} levels", Span.within(path, text, *found.span()))
        elif depth:
            depth -= 1


# -- tree-sitter


@cache
def _parser() -> tree_sitter.Parser:
    import tree_sitter
    import tree_sitter_hcl

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


class _Source:
    """The bytes tree-sitter reads, and its byte columns as characters."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.data = text.encode("utf-8", "surrogatepass")
        self.ascii = len(self.data) == len(text)

    def slice(self, node: tree_sitter.Node) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "surrogatepass")

    def characters(self, byte: int, column: int) -> int:
        return len(self.data[byte - column : byte].decode("utf-8", "surrogatepass"))

    def span(self, start: tree_sitter.Node, end: tree_sitter.Node) -> Span:
        row, column = start.start_point
        end_row, end_column = end.end_point
        if not self.ascii:
            column, end_column = self.characters(start.start_byte, column), self.characters(end.end_byte, end_column)
        return Span(self.path, row + 1, column + 1, end_row + 1, end_column + 1)


class _Native:
    """The model from tree-sitter's tree."""

    def __init__(self, source: _Source) -> None:
        self.source = source

    @staticmethod
    def kind(node: tree_sitter.Node) -> str:
        return node.type

    def body(self, node: tree_sitter.Node) -> Body:
        return _assemble(node.children, self.source.span(node, node), self)

    def attribute(self, node: tree_sitter.Node) -> Attribute:
        source, children = self.source, node.children
        name, value = children[0], children[-1]
        value_span = source.span(value, value)
        span = source.span(name, name)
        if span.line == value_span.end_line:
            span = span.to(value_span)
        return Attribute(source.slice(name), span, value_span, source.slice(value))

    def block(self, node: tree_sitter.Node) -> Block:
        source = self.source
        words = [child for child in node.children if child.type in ("identifier", "string_lit")]
        inner = next((child for child in node.children if child.type == "body"), None)
        labels = tuple(_label(source.slice(word)) for word in words[1:])
        whole = source.span(node, node)
        body = self.body(inner) if inner is not None else Body({}, (), whole)
        return Block(source.slice(words[0]), labels, source.span(words[0], words[-1]), Body(body.attributes, body.blocks, whole))


class _Reader(Protocol):
    """What the two trees have in common."""

    def kind(self, node: Any) -> str: ...
    def attribute(self, node: Any) -> Attribute: ...
    def block(self, node: Any) -> Block: ...


def _assemble(children: Iterable[Any], span: Span, reader: _Reader) -> Body:
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    for child in children:
        kind = reader.kind(child)
        if kind == "attribute":
            _add(attributes, reader.attribute(child))
        elif kind == "block":
            blocks.append(reader.block(child))
    return Body(attributes, tuple(blocks), span)


def _file(children: Iterable[Any], span: Span, reader: _Reader) -> Body:
    """As `_assemble`, but a failure costs only the block it is in."""
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    failures: list[ParseFailure] = []
    for child in children:
        kind = reader.kind(child)
        try:
            if kind == "attribute":
                _add(attributes, reader.attribute(child))
            elif kind == "block":
                blocks.append(reader.block(child))
        except ParseFailure as failure:
            failures.append(failure)
    return Body(attributes, tuple(blocks), span, tuple(failures))


def _label(text: str) -> str:
    from .hcl_expressions import unescape

    return unescape(text[1:-1]) if text.startswith('"') else text


def _add(attributes: dict[str, Attribute], attribute: Attribute) -> None:
    first = attributes.setdefault(attribute.name, attribute)
    if first is not attribute:
        raise ParseFailure(f"{attribute.name} is set twice, first on line {first.span.line}", attribute.span)


# -- python-hcl2


@cache
def _hcl2() -> Any:
    """python-hcl2 with its grammar cache, a pickle, out of the installed package and out of reach of others."""
    import hcl2
    import hcl2.parser

    hcl2.parser.PARSER_FILE = _cache_directory() / f"hcl2-{sys.version_info[0]}.{sys.version_info[1]}.lark"
    return hcl2


def _cache_directory() -> Path:
    if os.name == "nt":
        home = os.environ.get("LOCALAPPDATA") or str(Path("~/AppData/Local").expanduser())
    elif sys.platform == "darwin":
        home = str(Path("~/Library/Caches").expanduser())
    else:
        home = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    directory = Path(home) / "pytest-readiness"
    if not directory.is_absolute():
        return Path(_temporary().name)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = directory.stat()
        private = os.name == "nt" or (status.st_uid == os.getuid() and not status.st_mode & 0o077)
        if private and os.access(directory, os.W_OK):
            return directory
    except (OSError, RuntimeError):
        pass
    return Path(_temporary().name)


@cache
def _temporary() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="pytest-readiness-")


def _second_opinion(path: str, text: str) -> Body:
    from lark import UnexpectedInput
    from lark.exceptions import LarkError

    last = text.count("\n") + 1
    text = text if text.endswith("\n") else f"{text}\n"
    lines = text.split("\n")
    try:
        tree = _hcl2().parses_to_tree(text)
    except UnexpectedInput as error:
        line, column = max(getattr(error, "line", 1) or 1, 1), max(getattr(error, "column", 1) or 1, 1)
        if line > last:  # behind the line end that was added
            line, column = last, len(lines[last - 1]) + 1
        column = min(column, len(lines[line - 1]) + 1)
        raise ParseFailure(f"not valid HCL: {_reason(error)}", Span(path, line, column, line, column + 1)) from None
    except (LarkError, RuntimeError, RecursionError, ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise ParseFailure(
            f"not valid HCL: {str(error).splitlines()[0] if str(error) else type(error).__name__}", Span(path, 1, 1, 1, 2)
        ) from None
    reader = _Lark(path, lines)
    return _file(tree.children[0].children, reader.span(tree.children[0], tree.children[0]), reader)


def _reason(error: Any) -> str:
    token = getattr(error, "token", None)
    if token is None:
        return "a character that cannot stand here"
    if token.type == "$END":
        return "the file ends in the middle of something"
    shown = str(token).strip().splitlines()
    return f"unexpected {shown[0][:40]!r}" if shown else "unexpected end of line"


class _Lark:
    """The same model from python-hcl2's tree."""

    def __init__(self, path: str, lines: list[str]) -> None:
        self.path = path
        self.lines = lines

    @staticmethod
    def kind(node: Any) -> str:
        return str(getattr(node, "data", ""))

    def body(self, node: Any) -> Body:
        return _assemble(node.children, self.span(node, node), self)

    def attribute(self, node: Any) -> Attribute:
        name, value = node.children[0], node.children[-1]
        source, value_span = self.trimmed(self.span(value, value))
        whole = self.span(name, name).to(value_span)
        span = whole if whole.line == whole.end_line else self.span(name, name)
        return Attribute(str(name.children[0]), span, value_span, source)

    def block(self, node: Any) -> Block:
        words = [child for child in node.children if getattr(child, "data", None) in ("identifier", "string")]
        inner = next(child for child in node.children if getattr(child, "data", None) == "body")
        labels = tuple(_label(self.trimmed(self.span(word, word))[0]) for word in words)
        body = self.body(inner)
        return Block(labels[0], labels[1:], self.span(words[0], words[-1]), Body(body.attributes, body.blocks, self.span(node, node)))

    def span(self, first: Any, last: Any) -> Span:
        start, end = first.meta, last.meta
        if start.empty:
            return Span(self.path, 1, 1, 1, 1)
        return Span(self.path, start.line, start.column, end.end_line, end.end_column)

    def trimmed(self, span: Span) -> tuple[str, Span]:
        """The text of a span without the white space and comments that lark counts in at its end."""
        last = min(span.end_line, len(self.lines)) - 1  # an operation at the end of the text is said to end behind it
        text = "\n".join([*self.lines[span.line - 1 : last], self.lines[last][: span.end_column - 1]])[span.column - 1 :]
        text = text.rstrip()
        line = span.line + text.count("\n")
        column = len(text) - (text.rfind("\n") + 1) + (span.column if line == span.line else 1)
        return text, Span(self.path, span.line, span.column, line, column)


# -- JSON

# how many labels the blocks of a file have
_LABELS = {"resource": 2, "data": 2, "ephemeral": 2, "variable": 1, "output": 1, "module": 1, "provider": 1, "check": 1}
_LABELS |= {"terraform": 0, "locals": 0, "moved": 0, "import": 0, "removed": 0}
_IN_RESOURCE = {"dynamic": 1, "lifecycle": 0, "provisioner": 1, "connection": 0}
_NESTED = {
    "terraform": {"backend": 1, "cloud": 0, "required_providers": 0},
    "resource": _IN_RESOURCE,
    "data": _IN_RESOURCE,
    "provider": {"dynamic": 1},
    "dynamic": {"content": 0},
    "content": {"dynamic": 1},
}
_WHOLE = re.compile(r"\$\{([^{}]*)\}")  # a text that is one expression without braces of its own


def _json_file(path: str, text: str) -> Body:
    documents = yaml.parse(path, text)
    data = documents[0].data if documents else yaml.Mapping((path, 1, 1, 1, 1))
    if not isinstance(data, yaml.Mapping):
        raise ParseFailure("the file must hold a JSON object", documents[0].span)
    return _json_body(data, {} if ".tfvars" in path else _LABELS)


def _json_body(data: yaml.Mapping, types: Mapping[str, int]) -> Body:
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    for name, value in data.items():
        if name == "//":
            continue
        if name in types:
            blocks.extend(_json_blocks(name, types[name], (), value, data.entry(name)))
        else:
            attributes[name] = Attribute(name, data.entry(name), data.value_span(name), _json_source(value), value)
    return Body(attributes, tuple(blocks), data.span)


def _json_source(value: Any) -> str:
    """How a value would be written in the native syntax, near enough for looking at it."""
    if isinstance(value, str) and (found := _WHOLE.fullmatch(value)):
        return found[1].strip()
    return json.dumps(value, ensure_ascii=False, default=str)


def _json_blocks(type: str, labels: int, known: tuple[str, ...], value: Any, place: Span) -> Iterator[Block]:
    if isinstance(value, yaml.Sequence):
        for index, item in enumerate(value):
            yield from _json_blocks(type, labels, known, item, value.item(index))
    elif not isinstance(value, yaml.Mapping):
        raise ParseFailure(f"{type} must be a JSON object", place)
    elif labels:
        for key in value:
            if key != "//":
                yield from _json_blocks(type, labels - 1, (*known, key), value[key], value.entry(key))
    else:
        yield Block(type, known, place, _json_body(value, _NESTED.get(type, {})))
