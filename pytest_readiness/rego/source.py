"""The text of a policy: its package, its rules with their annotations, and the same text as both engines read it.

This is no parser: an engine says whether a policy compiles. What is read here is what no engine tells us:
where rules stand, what their annotations say, and constructs that the in-process engine takes for something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from ..model import ParseFailure
from ..model import Span
from ..syntax import yaml
from . import hoist

MAX_TEXT = 1_000_000  # characters; policies are written by hand
JUDGING = re.compile(r"(?:deny|violation|warn)(?:_[a-zA-Z0-9]+)*").fullmatch
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)|(?P<raw>`[^`]*`)|(?P<string>"(?:\\.|[^"\\\n])*")|(?P<number>\d[\w.]*)"""
    r"""|(?P<name>[A-Za-z_]\w*)|(?P<break>\n)|(?P<space>[^\S\n]+)|(?P<sign>:=|==|!=|<=|>=|.)"""
)
_OPEN, _CLOSE = frozenset("({["), frozenset(")}]")
_CONTINUED = frozenset((":=", "=", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "&", "|", ",", "if", "contains", ".", "else"))
_KEYWORDS = frozenset("as contains default else every if import in not null package some true false with input data".split())
_MAKES_TEXT = frozenset(
    "concat lower upper replace format_int json.marshal json.marshal_with_options yaml.marshal regex.replace glob.quote_meta"
    " urlquery.encode urlquery.decode urlquery.encode_object".split()
)
_VERB = re.compile(r"%(?P<flags>[-+# 0]*[0-9]*(?:\.[0-9]+)?)(?P<verb>[A-Za-z%])")


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int
    line: int


@dataclass(frozen=True)
class Head:
    """One definition of a rule. ``key`` says what stands behind its name: ``set``, ``old set``, ``object``, ``function`` or nothing."""

    name: str
    line: int
    key: str
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A function that is called, by the dotted name."""

    name: str
    line: int


@dataclass(frozen=True)
class Policy:
    """A file of rules. ``translated`` is the text for the in-process engine, line by line the same."""

    path: str
    text: str
    package: tuple[str, ...] = ()
    heads: tuple[Head, ...] = ()
    calls: tuple[Call, ...] = ()
    aliases: frozenset[str] = frozenset()
    unsafe: tuple[Call, ...] = ()
    is_old: bool = False
    says_version: bool = False
    translated: str = ""
    failures: tuple[ParseFailure, ...] = ()

    @property
    def namespace(self) -> str:
        """The package as conftest names it, without ``data.``."""
        return ".".join(self.package)

    def at(self, line: int) -> Span:
        """A line, from its first to its last character."""
        lines = self.text.split("\n")
        if not 1 <= line <= len(lines):
            return Span(self.path)
        written = lines[line - 1].rstrip()
        first = len(written) - len(written.lstrip()) + 1
        return Span(self.path, line, first, line, max(len(written) + 1, first + 1))


def read(path: str, text: str) -> Policy:
    """What a policy holds. Raises `ParseFailure` for a text that is no policy at all."""
    if len(text) > MAX_TEXT:
        raise ParseFailure(f"is longer than {MAX_TEXT:,} characters and was not read", Span(path))
    return _Reader(path, text.replace("\r\n", "\n")).policy()


def _tokens(text: str) -> Iterator[Token]:
    line = 1
    for found in _TOKEN.finditer(text):
        yield Token(found.lastgroup or "sign", found[0], found.start(), line)
        line += found[0].count("\n")


class _Reader:
    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.all = list(_tokens(text))
        self.tokens = [token for token in self.all if token.kind not in ("comment", "space", "break")]
        self.edits: list[tuple[int, int, str]] = []
        self.heads: list[Head] = []
        self.failures: list[ParseFailure] = []
        self.aliases: set[str] = set()
        self.imports: list[str] = []
        self.package: tuple[str, ...] = ()
        self.is_old = False
        self.unsafe: list[Call] = []

    def policy(self) -> Policy:
        self.notes = self._annotations()
        statements = list(self._statements())
        if not statements or statements[0][0].text != "package":
            first = statements[0][0].line if statements else 1
            raise ParseFailure("does not begin with a package, such as: package main", self._at(first))
        for statement in statements:
            self._statement(statement)
        calls = tuple(self._calls())
        self._formats()
        return Policy(
            self.path,
            self.text,
            self.package,
            tuple(self.heads),
            calls,
            frozenset(self.aliases),
            tuple(self.unsafe),
            self.is_old,
            any(name in ("rego.v1", "future.keywords") or name.startswith("future.keywords.") for name in self.imports),
            self._translated(),
            tuple(self.failures),
        )

    def _at(self, line: int) -> Span:
        return Policy(self.path, self.text).at(line)

    def _annotations(self) -> dict[int, Mapping[str, Any]]:
        """The annotations by the number of the line below their comment."""
        found: dict[int, Mapping[str, Any]] = {}
        lines = self.text.split("\n")
        number = 0
        while number < len(lines):
            if lines[number].strip().replace(" ", "") != "#METADATA":
                number += 1
                continue
            first = number = number + 1
            while number < len(lines) and lines[number].startswith("#"):
                number += 1
            source = "\n" * first + "\n".join(re.sub(r"^# ?", "", line) for line in lines[first:number])
            try:
                documents = yaml.parse(self.path, source)
            except ParseFailure as failure:
                self.failures.append(ParseFailure(f"its annotations cannot be read: {failure.reason}", failure.span))
                continue
            if documents and isinstance(documents[0].data, dict):
                found[number + 1] = documents[0].data
        return found

    def _statements(self) -> Iterator[list[Token]]:
        """What stands on the top level: a name at the beginning of a line, up to the next one."""
        found: list[Token] = []
        depth, line = 0, 0
        for token in self.tokens:
            begins = depth == 0 and token.kind == "name" and token.line > line and token.text != "else"
            if begins and found and _ends(found):
                yield found
                found = []
            depth += (token.text in _OPEN) - (token.text in _CLOSE) if token.kind == "sign" else 0
            depth = max(depth, 0)
            found.append(token)
            line = token.line + token.text.count("\n")
        if found:
            yield found

    def _statement(self, tokens: list[Token]) -> None:
        first = tokens[0]
        if first.text == "package":
            self.package = tuple(_plain(token) for token in tokens[1:] if token.kind in ("name", "string", "raw"))
        elif first.text == "import":
            names = [token for token in tokens[1:] if token.kind in ("name", "string", "raw")]
            self.imports.append(".".join(_plain(token) for token in names if token.text != "as"))
            if names:
                self.aliases.add(_plain(names[-1]))
        elif first.text != "default" and first.kind == "name":
            self._rule(tokens)

    def _rule(self, tokens: list[Token]) -> None:
        name, second = tokens[0], tokens[1] if len(tokens) > 1 else None
        key, key_end = "", 1
        if second is not None and second.text == "contains":
            key, key_end = "set", 2
        elif second is not None and second.text in ("[", "("):
            key_end = _closing(tokens, 1) + 1
            after = tokens[key_end].text if key_end < len(tokens) else ""
            if second.text == "(":
                key = "function"
            elif after in ("=", ":="):
                key = "object"
            elif after == "if":
                key = "object"
                if JUDGING(name.text) or name.text == "exception":
                    reason = f"{name.text}[...] if makes an object, whose keys are no messages: write `{name.text} contains ... if`"
                    self.failures.append(ParseFailure(reason, self._at(name.line)))
            elif after not in (".", "["):
                key = "old set"
        elif second is not None and second.text == ".":
            key = "reference"
        self.heads.append(Head(name.text, name.line, key, self._notes_above(name.line)))
        body = self._body(tokens, key_end)
        if key == "old set":
            self._as_new_set(tokens, key_end, body)
        if body is not None and tokens[body - 1].text not in ("if", "else"):
            self.is_old = True
        if key in ("set", "old set"):
            self._unbound(tokens)
        self.edits += hoist.edits(tokens, self.text)

    def _notes_above(self, line: int) -> Mapping[str, Any]:
        return self.notes.get(line, {})

    @staticmethod
    def _body(tokens: Sequence[Token], start: int) -> int | None:
        """The brace that opens the body: one that stands where a value cannot."""
        depth = 0
        for number in range(start, len(tokens)):
            text, before = tokens[number].text, tokens[number - 1].text
            if tokens[number].kind != "sign":
                continue
            if depth == 0 and text == "{" and before not in _CONTINUED - {"if"} and before != "(":
                return number
            depth += (text in _OPEN) - (text in _CLOSE)
        return None

    def _as_new_set(self, tokens: Sequence[Token], key_end: int, body: int | None) -> None:
        """``deny[msg] { ... }`` as ``deny contains msg if { ... }``; each further body is a rule of its own."""
        self.is_old = True
        opening, closing = tokens[1], tokens[key_end - 1]
        self.edits.append((opening.start, 1, " contains "))
        self.edits.append((closing.start, 1, " "))
        written = self.text[opening.start + 1 : closing.start]
        while body is not None:
            self.edits.append((tokens[body].start, 0, " if "))
            end = _closing(tokens, body)
            if end + 1 >= len(tokens) or tokens[end + 1].text != "{":
                return
            body = end + 1
            self.edits.append((tokens[body].start, 0, f"; {tokens[0].text} contains {' '.join(written.split())}"))

    def _unbound(self, tokens: Sequence[Token]) -> None:
        """A variable that comes once and can have no value: the in-process engine takes the rule for one that never holds."""
        names = [token for number, token in enumerate(tokens) if token.kind == "name" and tokens[number - 1].text != "."]
        counts: dict[str, int] = {}
        for token in names:
            counts[token.text] = counts.get(token.text, 0) + 1
        for number, token in enumerate(tokens):
            if token.kind != "name" or counts.get(token.text) != 1 or token.text in _KEYWORDS or token.text == "_":
                continue
            after = tokens[number + 1] if number + 1 < len(tokens) else None
            if after is not None and after.text in (".", "(", "[", ":"):
                continue
            is_key = number == 2 and tokens[1].text in ("contains", "[")
            is_value = tokens[number - 1].text == ":=" and (after is None or after.line > token.line or after.text in ("}", ";"))
            if is_key or is_value:
                self.unsafe.append(Call(token.text, token.line))

    def _calls(self) -> Iterator[Call]:
        """The functions that are called; what says something to people only is taken out of the translation."""
        number = 0
        while number < len(self.tokens):
            token = self.tokens[number]
            before = self.tokens[number - 1].text if number else ""
            if token.kind != "name" or before == "." or token.text in _KEYWORDS - {"contains"}:
                number += 1
                continue
            start = number
            while number + 2 < len(self.tokens) and self.tokens[number + 1].text == "." and self.tokens[number + 2].kind == "name":
                number += 2
            end = self.tokens[number]
            opening = self.tokens[number + 1] if number + 1 < len(self.tokens) else None
            if opening is not None and opening.text == "(" and opening.start == end.start + len(end.text):
                name = "".join(part.text for part in self.tokens[start : number + 1])
                if name in ("print", "trace"):
                    closing = _closing(self.tokens, number + 1)
                    last = self.tokens[closing]
                    written = self.text[token.start : last.start + 1]
                    self.edits.append((token.start, len(written), "true" + "\n" * written.count("\n")))
                    number = closing
                elif before != "default":
                    yield Call(name, token.line)
                    self._plainly(name, token, number + 1)
            number += 1

    def _plainly(self, name: str, token: Token, opening: int) -> None:
        """The text that a function makes as a text like any other: a format shows the in-process engine's own in quotes, which it does not escape."""
        if name in _MAKES_TEXT and all(head.name != name for head in self.heads):
            last = self.tokens[_closing(self.tokens, opening)]
            self.edits += [(token.start, 0, "trim_suffix("), (last.start + 1, 0, ', "")')]

    def _formats(self) -> None:
        """Formats as the in-process engine takes them: it leaves a message out where a verb does not fit its value."""
        for number, token in enumerate(self.tokens[:-2]):
            if token.text != "sprintf" or self.tokens[number + 1].text != "(":
                continue
            literal = self.tokens[number + 2]
            if literal.kind not in ("string", "raw"):
                continue
            quote = '"' if literal.kind == "raw" else '\\"'
            changed = _VERB.sub(lambda found, quote=quote: _verb(found, quote), literal.text)  # type: ignore[misc]
            if changed != literal.text:
                self.edits.append((literal.start, len(literal.text), changed))

    def _translated(self) -> str:
        """The text with its edits. What is inside of something that is replaced is gone with it; of two at one place the first is on the left."""
        parts, position = [], 0
        for start, length, new in sorted(self.edits, key=lambda edit: edit[:2]):
            if start >= position:
                parts += [self.text[position:start], new]
                position = start + length
        return "".join([*parts, self.text[position:]])


def _verb(found: re.Match[str], quote: str) -> str:
    if found["verb"] in "sdtT" and not found["flags"].startswith("0"):
        return "%v"
    return f"{quote}%v{quote}" if found["verb"] == "q" else found[0]


def _ends(tokens: Sequence[Token]) -> bool:
    """Whether a statement can end behind its last token: with a part of a name, whatever word that is, it can."""
    return tokens[-1].text not in _CONTINUED or (len(tokens) > 1 and tokens[-2].text == ".")


def _plain(token: Token) -> str:
    return token.text if token.kind == "name" else token.text[1:-1]


def _closing(tokens: Sequence[Token], opening: int) -> int:
    """The bracket that closes one; the last token where none does."""
    depth = 0
    for number in range(opening, len(tokens)):
        if tokens[number].kind == "sign":
            depth += (tokens[number].text in _OPEN) - (tokens[number].text in _CLOSE)
            if depth == 0:
                return number
    return len(tokens) - 1
