"""Templates: text with ``${…}`` and ``%{ if }``, ``%{ for }``, in quotes, heredocs and files of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field

from ..model import Span
from .hcl_expressions import MAX_DEPTH
from .hcl_expressions import Conditional
from .hcl_expressions import Expression
from .hcl_expressions import Literal
from .hcl_expressions import Opaque
from .hcl_expressions import Repeat
from .hcl_expressions import Template
from .hcl_expressions import read

MAX_OPEN = 40
_OPENING = re.compile(r"\$\$\{|%%\{|[$%]\{")
_INSIDE = re.compile(r'["{}]|/\*.*?\*/|(?:#|//)[^\n]*', re.DOTALL)
_QUOTED = re.compile(r'\\.|"|\$\$\{|%%\{|[$%]\{', re.DOTALL)
_FOR = re.compile(r"for\s+([\w-]+)(?:\s*,\s*([\w-]+))?\s+in\s+(.*)", re.DOTALL).fullmatch
_IF = re.compile(r"if\b\s*(.*)", re.DOTALL).fullmatch


class Malformed(Exception):
    """A template that is none; the text as a whole is not taken apart then."""


@dataclass
class _Token:
    """A piece of text, an interpolation or a directive; what stands in it and which sides it strips."""

    text: str = ""
    kind: str = "text"
    span: Span = field(default_factory=lambda: Span(""))
    before: bool = False
    after: bool = False


def template(source: str, span: Span, *, lines: bool, indented: bool = False, unescape: Callable[[str], str]) -> Expression:
    """The tree of a template.

    ``lines`` says that each line is a piece of its own, as in heredocs and files: a strip marker reaches to
    the end of its line there. ``span`` is where the text begins, ``indented`` takes the common indentation off.
    """
    shown = " ".join(source[:120].split())
    try:
        tokens = list(_tokens(source, span, lines, unescape))
        _strip(tokens)
        if indented:
            _unindent(tokens)
        parts, _ = _parts(tokens, 0, (), 0)
    except Malformed:
        return Opaque(span, shown)
    if all(isinstance(part, str) for part in parts):
        return Literal(span, shown, "".join(part for part in parts if isinstance(part, str)))
    if len(parts) == 1 and isinstance(parts[0], Expression) and not isinstance(parts[0], (Repeat, Conditional)):
        return parts[0]
    return Template(span, shown, tuple(parts))


# -- tokens


def _tokens(source: str, span: Span, lines: bool, unescape: Callable[[str], str]) -> Iterator[_Token]:
    place = _Places(source, span)
    start, search = 0, 0
    while found := _OPENING.search(source, search):
        if len(found[0]) == 3:
            search = found.end()
            continue
        yield from _texts(source[start : found.start()], lines, unescape)
        end = closing(source, found.end())
        inner = source[found.end() : end - 1]
        before, after = inner.startswith("~"), inner.endswith("~") and len(inner) > 1
        inner = inner[before : len(inner) - after]
        kind = "interpolation" if found[0] == "${" else "directive"
        skipped = len(inner) - len(inner.lstrip())
        yield _Token(inner.strip(), kind, place.of(found.end() + before + skipped), before, after)
        start = search = end
    yield from _texts(source[start:], lines, unescape)


def _texts(text: str, lines: bool, unescape: Callable[[str], str]) -> Iterator[_Token]:
    for piece in text.splitlines(keepends=True) if lines else (text,):
        if piece:
            yield _Token(unescape(piece))


class _Places:
    def __init__(self, source: str, span: Span) -> None:
        self.source = source
        self.span = span
        self.known = (0, span.line, span.column)

    def of(self, index: int) -> Span:
        """The place of a character; asked for in order."""
        at, line, column = self.known
        passed = self.source[at:index]
        if "\n" in passed:
            line, column = line + passed.count("\n"), len(passed) - passed.rfind("\n")
        else:
            column += len(passed)
        self.known = (index, line, column)
        return Span(self.span.path, line, column, line, column)


def closing(source: str, start: int) -> int:
    """Behind the brace that closes what was opened before ``start``."""
    stack = ["{"]
    place = start
    while stack:
        if len(stack) > MAX_OPEN:
            raise Malformed
        found = (_QUOTED if stack[-1] == '"' else _INSIDE).search(source, place)
        if found is None:
            raise Malformed
        place, mark = found.end(), found[0]
        if mark == '"':
            if stack[-1] == '"':
                stack.pop()
            else:
                stack.append('"')
        elif mark == "}":
            stack.pop()
        elif mark in ("{", "${", "%{"):
            stack.append("{")
    return place


def _strip(tokens: list[_Token]) -> None:
    for place, token in enumerate(tokens):
        if token.before and place and tokens[place - 1].kind == "text":
            tokens[place - 1].text = tokens[place - 1].text.rstrip()
        if token.after and place + 1 < len(tokens) and tokens[place + 1].kind == "text":
            tokens[place + 1].text = tokens[place + 1].text.lstrip()


def _unindent(tokens: list[_Token]) -> None:
    """Take the smallest indentation of all lines off every line, as ``<<-`` says; blank lines do not count."""
    smallest: int | None = None
    heads: list[_Token] = []
    fresh = True
    for token in tokens:
        if fresh and not (token.kind == "text" and token.text.endswith("\n") and not token.text.strip()):
            indent = len(token.text) - len(token.text.lstrip()) if token.kind == "text" else 0
            smallest = indent if smallest is None else min(smallest, indent)
            if token.kind == "text":
                heads.append(token)
        fresh = token.kind == "text" and token.text.endswith("\n")
    for token in heads:
        token.text = token.text[smallest or 0 :]


# -- tree


def _parts(tokens: list[_Token], place: int, until: tuple[str, ...], depth: int) -> tuple[list[str | Expression], int]:
    """The parts up to a directive of ``until``, and where that stands."""
    if depth > MAX_DEPTH:
        raise Malformed
    made: list[str | Expression] = []
    while place < len(tokens):
        token = tokens[place]
        if token.kind == "text":
            if made and isinstance(made[-1], str):
                made[-1] += token.text
            elif token.text:
                made.append(token.text)
            place += 1
        elif token.kind == "interpolation":
            made.append(read(token.text, token.span))
            place += 1
        elif token.text in until:
            return made, place
        else:
            expression, place = _directive(tokens, place, depth + 1)
            made.append(expression)
    if until:
        raise Malformed
    return made, place


def _directive(tokens: list[_Token], place: int, depth: int) -> tuple[Expression, int]:
    token = tokens[place]
    if found := _IF(token.text):
        condition = read(found[1], token.span)
        yes, place = _parts(tokens, place + 1, ("else", "endif"), depth)
        no: list[str | Expression] = []
        if tokens[place].text == "else":
            no, place = _parts(tokens, place + 1, ("endif",), depth)
        branches = (Template(token.span, token.text, tuple(yes)), Template(token.span, token.text, tuple(no)))
        return Conditional(token.span, token.text, condition, *branches), place + 1
    if found := _FOR(token.text):
        body, place = _parts(tokens, place + 1, ("endfor",), depth)
        names = (found[1], found[2]) if found[2] else (found[1],)
        inner = Template(token.span, token.text, tuple(body))
        return Repeat(token.span, token.text, names, read(found[3], token.span), inner), place + 1
    raise Malformed
