"""From a rendered document back to the lines of the templates: by the marks of a second rendering."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ...model import ParseFailure
from ...model import Span
from ...syntax import yaml
from ...syntax.yaml import Document
from ...syntax.yaml import RawSpan
from .templates import actions

_SPLIT = re.compile(r"^---\n# Source: (.*)\n", re.MULTILINE)
_SEPARATOR = re.compile(r"^---", re.MULTILINE)
MAX_LINE = 2000  # characters of a line in which a value is looked for; of a longer one the whole is shown
_HEX = re.compile(r"[0-9a-fA-F]{8,}")
_KEY = re.compile(r"[ \t]*(?:- )*[^\s:#]*:?")


class Rendered(NamedTuple):
    """A document that helm put out: the template it names, and its text."""

    source: str
    text: str


def documents(output: str) -> list[Rendered]:
    """What ``helm template`` wrote, document by document; also of files that it could not cut because they are no YAML."""
    found = []
    parts = _SPLIT.split(output.replace("\r\n", "\n"))
    for source, text in zip(parts[1::2], parts[2::2], strict=True):
        found += [Rendered(source, document.strip()) for document in _SEPARATOR.split(text) if document.strip()]
    return found


class Mark(NamedTuple):
    """Where in a text something ends that came from a line of a file; positions count from 0."""

    line: int
    column: int
    file: int
    source_line: int


class Marking:
    """The marks of one rendering, recognised by a word that occurs in none of its files."""

    def __init__(self, word: str) -> None:
        self.word = word
        self._found = re.compile(rf" #{word}:(\d+):(\d+);")

    def mark(self, file: int, line: int) -> str:
        return f" #{self.word}:{file}:{line};"

    def taken_out(self, text: str) -> tuple[list[str], list[Mark]]:
        """The lines of a marked text without marks and without white space around the whole, and the marks."""
        lines: list[str] = []
        marks: list[Mark] = []
        for raw in text.split("\n"):
            parts = self._found.split(raw)
            plain = parts[0]
            for file, source_line, rest in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
                marks.append(Mark(len(lines), len(plain), int(file), int(source_line)))
                plain += rest
            lines.append(plain)
        start = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
        indent = len(lines[start]) - len(lines[start].lstrip()) if start < len(lines) else 0
        while lines and not lines[-1].strip():
            lines.pop()
        lines = [line[indent:] if number == start else line for number, line in enumerate(lines)][start:]
        lines[-1:] = [line.rstrip() for line in lines[-1:]]
        return lines, [
            Mark(line - start, column - (indent if line == start else 0), *place) for line, column, *place in marks if line >= start
        ]


@dataclass(frozen=True)
class Origin:
    """The marks of one document, in order; without any, nothing is known of its lines."""

    marks: Sequence[Mark] = ()

    @cached_property
    def _ends(self) -> list[tuple[int, int]]:
        return [(mark.line, mark.column) for mark in self.marks]

    def of(self, line: int, column: int) -> Mark | None:
        """The mark behind a character: what came out last before it is where the character came from."""
        index = bisect_right(self._ends, (line, column))
        return self.marks[index] if index < len(self.marks) and self.marks[index].source_line else None


def origins(rendered: Sequence[Rendered], attempts: Iterable[tuple[Marking, Sequence[Rendered]]]) -> list[Origin]:
    """For each rendered document its marks in the first attempt whose text is the same."""
    found = [Origin()] * len(rendered)
    missing = dict(enumerate(rendered))
    for marking, marked in attempts:
        candidates: dict[tuple[str, str], list[list[Mark]]] = defaultdict(list)
        others: dict[str, list[tuple[list[str], list[Mark]]]] = defaultdict(list)
        for source, text in marked:
            lines, marks = marking.taken_out(text)
            if lines:
                candidates[source, "\n".join(lines)].append(marks)
                others[source].append((lines, marks))
        for index, document in list(missing.items()):
            if same := candidates.get((document.source, document.text)):
                found[index] = Origin(same.pop(0) if len(same) > 1 else same[0])
                del missing[index]
        if missing:
            places: dict[int, int] = {}
            counts: dict[str, int] = defaultdict(int)
            for index, document in enumerate(rendered):
                places[index] = counts[document.source]
                counts[document.source] += 1
            for index, document in list(missing.items()):
                alike = others[document.source]
                same_number = len(alike) == counts[document.source]
                fitted = _fitted(document.text.split("\n"), *alike[places[index]]) if same_number else None
                if fitted is not None:
                    found[index] = Origin(fitted)
                    del missing[index]
    return found


def _fitted(lines: list[str], marked: list[str], marks: list[Mark]) -> list[Mark] | None:
    """The marks where both texts differ in values only: checksums of templates, which the marks change, and what is made by chance."""
    if len(lines) != len(marked):
        return None
    different = {number for number, (one, other) in enumerate(zip(lines, marked, strict=True)) if one != other}
    if any(
        _HEX.sub("", lines[number]) != _HEX.sub("", marked[number]) and _key(lines[number]) != _key(marked[number]) for number in different
    ):
        return None
    if len(different) > max(len(lines) // 2, 1):
        return None
    return [
        mark
        if mark.line not in different
        else mark._replace(column=len(lines[mark.line]))
        if mark.column == len(marked[mark.line])
        else mark._replace(column=min(mark.column, len(lines[mark.line])), source_line=0)
        for mark in marks
    ]


def _key(line: str) -> str:
    """The indentation and key of a line."""
    found = _KEY.match(line)
    return found[0] if found else ""


class Sited:
    """Puts rendered documents where their templates are: every place in them becomes one in a source file.

    ``paths`` are the files by their number in marks, ``texts`` says what stands in a file.
    """

    def __init__(self, paths: Sequence[str], texts: Mapping[str, Sequence[str]]) -> None:
        self.paths = paths
        self.texts = texts
        self._masked: dict[tuple[str, int], str] = {}

    def parsed(self, path: str, text: str, origin: Origin) -> tuple[Document, ...]:
        """The documents of a rendered text, at the places of ``path`` or of what it includes; raises `ParseFailure`."""
        places = _Places(self, path, text, origin)
        try:
            found = yaml.parse(path, text)
        except ParseFailure as failure:
            raise ParseFailure(failure.reason, Span._make(places.of(failure.span))) from None
        for document in found:
            places.move(document.data)
        return found

    def source(self, path: str, line: int) -> str:
        """A line of a template, as written."""
        lines = self.texts.get(path, ())
        return lines[line - 1] if 0 < line <= len(lines) else ""

    def literal(self, path: str, line: int) -> str:
        """A line of a template with its actions blanked, so that only what is put out as written is found in it."""
        if (path, line) not in self._masked:
            text = self.source(path, line)
            for action in actions(text):
                text = text[: action.start] + "\0" * (action.end - action.start) + text[action.end :]
            self._masked[path, line] = text if "{{" not in text and "}}" not in text else ""
        return self._masked[path, line]


class _Places:
    """The places of one document."""

    def __init__(self, sited: Sited, path: str, text: str, origin: Origin) -> None:
        self.sited = sited
        self.path = path
        self.lines = yaml.lines(text)
        self.origin = origin
        self.known: dict[RawSpan, RawSpan] = {}

    def move(self, node: object) -> None:
        """Every place below a node, in place; the depth is bounded by the parser, but shared nodes come more than once."""
        stack, seen = [node], set()
        while stack:
            node = stack.pop()
            if id(node) in seen or not isinstance(node, (yaml.Mapping, yaml.Sequence)):
                continue
            seen.add(id(node))
            node.raw_span = self.of(node.raw_span)
            if isinstance(node, yaml.Mapping):
                node.key_spans = {key: self.of(span) for key, span in node.key_spans.items()}
                node.value_spans = {key: self.of(span) for key, span in node.value_spans.items()}
                stack.extend(node.values())
            else:
                node.item_spans = [self.of(span) for span in node.item_spans]
                stack.extend(node)

    def of(self, span: RawSpan) -> RawSpan:
        if span not in self.known:
            self.known[span] = self._of(span)
        return self.known[span]

    def _of(self, span: RawSpan) -> RawSpan:
        _, line, column, end_line, end_column = span
        start = self.origin.of(line - 1, column - 1)
        if start is None:
            return (self.path, 0, 0, 0, 0)
        path, source_line = self.sited.paths[start.file], start.source_line
        if end_line == line:
            return (path, source_line, *self._columns(path, source_line, line, column, end_column))
        last = self.origin.of(end_line - 1, max(end_column - 2, 0))
        first_column = self._columns(path, source_line, line, column, len(self.lines[line - 1]) + 1)[0]
        if last is not None and self.sited.paths[last.file] == path and last.source_line > source_line:
            return (path, source_line, first_column, last.source_line, len(self.sited.source(path, last.source_line).rstrip()) + 1)
        return (path, source_line, first_column, source_line, max(len(self.sited.source(path, source_line).rstrip()), first_column) + 1)

    def _columns(self, path: str, source_line: int, line: int, column: int, end_column: int) -> tuple[int, int, int]:
        """Where the text of a span really stands on its source line; the whole line where it does not, or not once."""
        source = self.sited.source(path, source_line)
        text = self.lines[line - 1][column - 1 : end_column - 1]
        literal = self.sited.literal(path, source_line)
        if text.strip() and len(literal) <= MAX_LINE:
            found = [match.start() for match in re.finditer(rf"(?<![\w.-]){re.escape(text)}(?![\w.-])", literal)]
            if len(found) == 1 or (found and literal.strip() == self.lines[line - 1].strip()):
                shift = len(literal) - len(literal.lstrip()) - (len(self.lines[line - 1]) - len(self.lines[line - 1].lstrip()))
                start = found[0] if len(found) == 1 else column - 1 + shift
                return (start + 1, source_line, start + 1 + len(text))
        start = len(source) - len(source.lstrip())
        return (start + 1, source_line, max(len(source.rstrip()), start + 1) + 1)
