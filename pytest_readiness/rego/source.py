"""The text of a policy: its package, its rules with their annotations, and what it calls.

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
from . import translation
from .tokens import KEYWORDS
from .tokens import Token
from .tokens import calls
from .tokens import closing
from .tokens import depth
from .tokens import tokenized

MAX_TEXT = 1_000_000  # characters; policies are written by hand
JUDGING = re.compile(r"(?:deny|violation|warn)(?:_[a-zA-Z0-9]+)*").fullmatch
_PART = re.compile(r"[\w-]+").fullmatch
_CONTINUED = frozenset((":=", "=", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "&", "|", ",", "if", "contains", ".", "else"))


@dataclass(frozen=True)
class Head:
    """One definition of a rule, and its annotations."""

    name: str
    line: int
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Mention:
    """A function that is called, by the dotted name, or a variable."""

    name: str
    line: int


@dataclass(frozen=True)
class Policy:
    """A file of rules. ``translated`` is the text for the in-process engine, line by line the same."""

    path: str
    text: str
    package: tuple[str, ...] = ()
    heads: tuple[Head, ...] = ()
    calls: tuple[Mention, ...] = ()
    aliases: frozenset[str] = frozenset()
    unsafe: tuple[Mention, ...] = ()
    is_old: bool = False
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


class _Reader:
    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.tokens = tokenized(text)
        self.edits: list[translation.Edit] = []
        self.heads: list[Head] = []
        self.failures: list[ParseFailure] = []
        self.aliases: set[str] = set()
        self.package: tuple[str, ...] = ()
        self.is_old = False
        self.unsafe: list[Mention] = []

    def policy(self) -> Policy:
        self.notes = self._annotations()
        statements = list(self._statements())
        if not statements or statements[0][0].text != "package":
            first = statements[0][0].line if statements else 1
            raise ParseFailure("does not begin with a package, such as: package main", self._at(first))
        for statement in statements:
            self._statement(statement)
        own = {head.name for head in self.heads}
        return Policy(
            self.path,
            self.text,
            self.package,
            tuple(self.heads),
            tuple(self._calls()),
            frozenset(self.aliases),
            tuple(self.unsafe),
            self.is_old,
            translation.applied([*self.edits, *translation.plainer(self.tokens, self.text, own)], self.text),
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
        nesting, line = 0, 0
        for token in self.tokens:
            begins = nesting == 0 and token.kind == "name" and token.line > line and token.text != "else"
            if begins and found and _ends(found):
                yield found
                found = []
            nesting = max(nesting + depth(token), 0)
            found.append(token)
            line = token.line + token.text.count("\n")
        if found:
            yield found

    def _statement(self, tokens: list[Token]) -> None:
        first = tokens[0]
        if first.text == "package":
            self.package = tuple(token.plain for token in tokens[1:] if token.kind in ("name", "string", "raw"))
            if not all(map(_PART, self.package)):
                raise ParseFailure("the package has a part that can be in no id: letters, digits, - and _ can", self._at(first.line))
        elif first.text == "import":
            names = [token for token in tokens[1:] if token.kind in ("name", "string", "raw")]
            self.aliases.update(token.plain for token in names[-1:])
        elif first.text != "default" and first.kind == "name":
            self._rule(tokens)

    def _rule(self, tokens: list[Token]) -> None:
        name, second = tokens[0], tokens[1].text if len(tokens) > 1 else ""
        key_end, is_set, is_old_set = 1, False, False
        if second == "contains":
            key_end, is_set = 2, True
        elif second in ("[", "("):
            key_end = closing(tokens, 1) + 1
            after = tokens[key_end].text if key_end < len(tokens) else ""
            is_old_set = is_set = second == "[" and after not in ("=", ":=", "if", ".", "[")
            if second == "[" and after == "if" and (JUDGING(name.text) or name.text == "exception"):
                reason = f"{name.text}[...] if makes an object, whose keys are no messages: write `{name.text} contains ... if`"
                self.failures.append(ParseFailure(reason, self._at(name.line)))
        self.heads.append(Head(name.text, name.line, self.notes.get(name.line, {})))
        body = self._body(tokens, key_end)
        if is_old_set:
            self.edits += translation.new_set(tokens, key_end, body, self.text)
        self.is_old |= is_old_set or (body is not None and tokens[body - 1].text not in ("if", "else"))
        if is_set:
            self._unbound(tokens)
        self.edits += hoist.edits(tokens, self.text)

    @staticmethod
    def _body(tokens: Sequence[Token], start: int) -> int | None:
        """The brace that opens the body: one that stands where a value cannot."""
        nesting = 0
        for number in range(start, len(tokens)):
            before = tokens[number - 1].text
            if nesting == 0 and tokens[number].text == "{" and before not in _CONTINUED - {"if"} and before != "(":
                return number
            nesting += depth(tokens[number])
        return None

    def _unbound(self, tokens: Sequence[Token]) -> None:
        """A variable that comes once and can have no value: the in-process engine takes the rule for one that never holds."""
        names = [token for number, token in enumerate(tokens) if token.kind == "name" and tokens[number - 1].text != "."]
        counts: dict[str, int] = {}
        for token in names:
            counts[token.text] = counts.get(token.text, 0) + 1
        for number, token in enumerate(tokens):
            if token.kind != "name" or counts.get(token.text) != 1 or token.text in KEYWORDS or token.text == "_":
                continue
            after = tokens[number + 1] if number + 1 < len(tokens) else None
            if after is not None and after.text in (".", "(", "[", ":"):
                continue
            is_key = number == 2 and tokens[1].text in ("contains", "[")
            is_value = tokens[number - 1].text == ":=" and (after is None or after.line > token.line or after.text in ("}", ";"))
            if is_key or is_value:
                self.unsafe.append(Mention(token.text, token.line))

    def _calls(self) -> Iterator[Mention]:
        """The functions that are called, but for what is only printed."""
        printed = -1
        for call in calls(self.tokens):
            if call.name in translation.PRINTS:
                printed = closing(self.tokens, call.opening)
            elif call.first > printed:
                yield Mention(call.name, self.tokens[call.first].line)


def _ends(tokens: Sequence[Token]) -> bool:
    """Whether a statement can end behind its last token: with a part of a name, whatever word that is, it can."""
    return tokens[-1].text not in _CONTINUED or (len(tokens) > 1 and tokens[-2].text == ".")
