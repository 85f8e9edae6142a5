"""The lines a finding points at, with a caret under the cause."""

from __future__ import annotations

from collections.abc import Iterator

from .formats.secrets import masked
from .model import Span
from .text import safe

WIDTH = 140  # characters of a source line shown; a longer one is cut around the cause
LINES = 3


def excerpt(text: str, span: Span) -> Iterator[str]:
    """The first lines of a span as ``  12 | text``, the cause underlined; nothing for a span without a line."""
    lines = text.split("\n", span.end_line)[: span.end_line]
    last = min(span.end_line, span.line + LINES - 1, len(lines))
    for number in range(span.line, last + 1) if span.line else ():
        line = lines[number - 1].rstrip("\r")
        start = span.column - 1 if number == span.line else len(line) - len(line.lstrip())
        end = span.end_column - 1 if number == span.end_line else len(line.rstrip())
        cut = max(0, start - WIDTH // 2) if len(line) > WIDTH else 0
        before, cause = (_shown(part) for part in (line[cut:start], line[start:end][:WIDTH]))
        after = _shown(line[max(start, end) : cut + WIDTH])
        yield f"{number:>6} | {before}{cause}{after}"
        yield f"{'':>6} | {' ' * len(before)}{'^' * max(1, len(cause))}"


def _shown(text: str) -> str:
    return safe(masked(text.replace("\t", " ")))
