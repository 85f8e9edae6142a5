"""The lines a finding points at, with a caret under the cause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from .formats.secrets import masked
from .model import Span
from .syntax import yaml
from .text import safe

WIDTH = 140  # characters of a source line shown; a longer one is cut around the cause
LINES = 3
_KEY = re.compile(r"""[\s"']*[\w.-]+["']?\s*(?:: |=|:$)\s*|(?:ENV|ARG)\s+\w+[ =]|- """)


def excerpt(text: str, span: Span, *, secret: bool = False, alone: bool = False) -> Iterator[str]:
    """The first lines of a span as ``  12 | text``, the cause underlined; nothing for a span without a line.

    Recognised tokens are masked, and with ``secret`` the values in the span as well; with ``alone``, nothing around it is shown.
    """
    lines = _lines(text, as_yaml=span.path.endswith((".yaml", ".yml", ".json")))
    last = min(span.end_line, span.line + LINES - 1, len(lines))
    for number in range(span.line, last + 1) if span.line else ():
        line = lines[number - 1].rstrip("\r")
        start = span.column - 1 if number == span.line else len(line) - len(line.lstrip())
        end = span.end_column - 1 if number == span.end_line else len(line.rstrip())
        cut = max(0, start - WIDTH // 2) if len(line) > WIDTH else 0
        before, cause, after = line[cut:start], line[start:end][:WIDTH], line[max(start, end) : cut + WIDTH]
        if alone:
            before = after = ""
        before, cause, after = (_shown(part) for part in (before, _without_value(cause) if secret else cause, after))
        yield safe(f"{number:>6} | {before}{cause}{after}")  # once more: a command may stand across the parts
        yield f"{'':>6} | {' ' * len(before)}{'^' * max(1, len(cause))}"


def _without_value(text: str) -> str:
    """Stars for what stands behind the first ``:`` or ``=``, or for all where there is neither."""
    key = _KEY.match(text)
    shown = key[0] if key else ""
    return shown + "*" * (len(text) - len(shown))


@lru_cache(maxsize=2)
def _lines(text: str, *, as_yaml: bool) -> list[str]:
    """The lines as the file's format counts them: YAML knows more ends of a line than others."""
    return yaml.lines(text) if as_yaml else text.split("\n")


def _shown(text: str) -> str:
    return safe(masked(text.replace("\t", " ")))
