"""Matchers that search a text: regular expressions, and the patterns of lines that goss takes for contents and output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..criteria.patterns import Pattern
from ..criteria.patterns import PatternError
from ..text import brief
from .matcher import NO
from .matcher import Matcher
from .matcher import MatcherError
from .matcher import below
from .matcher import text_argument
from .regexes import compiled as regex
from .values import CannotMatch
from .values import text_of
from .values import told

MAX_TEXT = 2**20  # characters that are searched
MAX_SEARCH = 16 * MAX_TEXT  # characters by expressions: some seconds


def match_regexp(name: str, value: Any, _: int) -> Matcher:
    """A text in which an expression is found."""
    pattern = _pattern(text_argument(name, value))
    return Matcher(f"a match of /{brief(pattern.source)}/", lambda found: None if _searched(pattern, text_of(found)) else NO)


@dataclass(frozen=True)
class _Regex:
    source: str
    pattern: Pattern


def _pattern(source: str) -> _Regex:
    try:
        return _Regex(source, regex(source))
    except PatternError as error:
        raise MatcherError(f"the expression {brief(source, 60)} {error}") from None


def _searched(expression: _Regex, text: str) -> bool:
    if len(text) > min(expression.pattern.longest, MAX_TEXT):
        raise CannotMatch(f"{len(text)} characters are too many for the expression /{brief(expression.source, 60)}/")
    return expression.pattern.search(text)


def have_patterns(name: str, value: Any, _: int) -> Matcher:
    """The patterns of lines, of anything that can be text."""
    if not isinstance(value, list):
        raise MatcherError(f"{name} takes a list of patterns")
    return lines_with(value)


@dataclass(frozen=True)
class _Line:
    """One pattern: what it is called, whether it must not be there, whether a line has it, and whether that is slow."""

    written: str
    absent: bool
    test: Callable[[str], bool]
    expression: bool = False


def _line(written: Any) -> _Line:
    if not isinstance(written, str):
        raise MatcherError(f"a pattern is a text, not {told(written, 40)}: put it into quotes, or write `and` with matchers")
    if written in ("/", "!/"):
        raise MatcherError(f"{written!r} is no pattern: it is neither a text nor an expression between slashes")
    absent = written.startswith("!")
    inner = written[1:] if absent else written
    if inner.startswith("/") and len(inner) > 1 and inner.endswith("/"):
        expression = _pattern(inner[1:-1])
        return _Line(written, absent, lambda line: _searched(expression, line), expression=True)
    plain = written.lstrip("\\/!")
    return _Line(written, absent, lambda line: plain in line)


def lines_with(value: list[Any]) -> Matcher:
    """Lines that have each of the patterns, or none of those with ``!``."""
    found: list[_Line] = []
    for index, item in enumerate(value):
        with below(index):
            found.append(_line(item))
    expressions = sum(line.expression for line in found)

    def holds(text: Any) -> str | None:
        lines = _lines(text_of(text))
        if expressions * sum(map(len, lines)) > MAX_SEARCH:
            raise CannotMatch(f"{expressions} expressions are too many for so long a text: a text without slashes is found faster")
        wrong = [repr(brief(line.written)) for line in found if not _is_met(line, lines)]
        return f" (not so: {brief(', '.join(wrong))})" if wrong else None

    return Matcher(f"lines with {', '.join(repr(brief(line.written)) for line in found)}" if found else "anything", holds)


def _is_met(line: _Line, lines: list[str]) -> bool:
    if any(line.test(text) for text in lines):
        return not line.absent
    return line.absent or not line.written


def _lines(text: str) -> list[str]:
    """The lines as Go's scanner has them: ended by a line feed, with a carriage return before it taken off."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]
