"""``.env`` text to entries with places: quotes, ``export``, comments, values over several lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..model import ParseFailure
from ..model import Span

_KEY = re.compile(r"[ \t]*(?:export[ \t]+)?(?P<key>[A-Za-z_][\w.-]*)[ \t]*(?P<sign>=|:(?=[ \t]|$))?[ \t]*")
_COMMENT = re.compile(r"(?:^|[ \t])#.*")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True)
class Entry:
    """One variable. ``written`` is its text as it stands, without the ``quote`` around it; None where only the name is given."""

    key: str
    written: str | None
    quote: str
    span: Span
    value_span: Span

    @property
    def value(self) -> str | None:
        """The text with its escapes replaced."""
        if self.quote != '"' or self.written is None:
            return self.written
        return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), self.written)

    @property
    def is_interpolated(self) -> bool:
        """Whether other variables are put into the value."""
        return self.quote != "'" and "$" in (self.value or "")


def parse(path: str, text: str) -> Iterator[Entry | ParseFailure]:
    """The entries of a text in order, and a failure for every line that is none."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        line = lines[number].rstrip("\r")
        number += 1
        stripped = line.lstrip()
        if not stripped or stripped[0] == "#":
            continue
        found = _KEY.match(line)
        if found is None or (found["sign"] is None and line[found.end() :].strip() and not line[found.end() :].startswith("#")):
            yield ParseFailure("not a line of the form NAME=value", _span(path, number, len(line) - len(stripped), number, len(line)))
            continue
        begin = found.end()
        value: str | None
        if found["sign"] is None:
            value, quote, end = None, "", (number, found.end("key"))
        elif line[begin : begin + 1] in ("'", '"', "`"):
            first = number
            closed = _quoted(lines, number - 1, begin)
            if closed is None:
                yield ParseFailure(f"the quote {line[begin]} is never closed", _span(path, number, begin, number, len(line)))
                continue
            value, number, column = closed
            quote, end = line[begin], (number, column)
            yield Entry(found["key"], value, quote, *_spans(path, first, found.start("key"), begin, end))
            continue
        else:
            value, quote = _COMMENT.sub("", line[begin:]).rstrip(), ""
            end = (number, begin + len(value))
        yield Entry(found["key"], value, quote, *_spans(path, number, found.start("key"), begin, end))


def _quoted(lines: list[str], index: int, begin: int) -> tuple[str, int, int] | None:
    """The text of a quote, the number of the line (from 1) and the column behind its end; None where it stays open."""
    quote = lines[index][begin]
    parts = []
    start = begin + 1
    while index < len(lines):
        line = lines[index].rstrip("\r")
        end = _closing(line, start, quote)
        if end is not None:
            parts.append(line[start:end])
            return "\n".join(parts), index + 1, end + 1
        parts.append(line[start:])
        index, start = index + 1, 0
    return None


def _closing(line: str, start: int, quote: str) -> int | None:
    position = start
    while (end := line.find(quote, position)) >= 0:
        backslashes = len(line[start:end]) - len(line[start:end].rstrip("\\"))
        if quote != '"' or backslashes % 2 == 0:
            return end
        position = end + 1
    return None


def _span(path: str, line: int, column: int, end_line: int, end_column: int) -> Span:
    return Span(path, line, column + 1, end_line, end_column + 1)


def _spans(path: str, line: int, key: int, value: int, end: tuple[int, int]) -> tuple[Span, Span]:
    return _span(path, line, key, *end), _span(path, line, value, *end)
