"""The words and signs of a policy, as far as reading and translating it needs them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass

OPEN, CLOSE = frozenset("({["), frozenset(")}]")
KEYWORDS = frozenset("as contains default else every if import in not null package some true false with input data".split())
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)|(?P<raw>`[^`]*`)|(?P<string>"(?:\\.|[^"\\\n])*")|(?P<number>\d[\w.]*)"""
    r"""|(?P<name>[A-Za-z_]\w*)|(?P<break>\n)|(?P<space>[^\S\n]+)|(?P<sign>:=|==|!=|<=|>=|.)"""
)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int
    line: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def plain(self) -> str:
        """A name, or a text without its quotes."""
        return self.text if self.kind == "name" else self.text[1:-1]


@dataclass(frozen=True, slots=True)
class Called:
    """A call in a list of tokens: the dotted name, and the numbers of its first token and of its opening bracket."""

    name: str
    first: int
    opening: int


def tokenized(text: str) -> list[Token]:
    """What a text is made of, without comments and space."""
    found, line = [], 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup not in ("comment", "space", "break"):
            found.append(Token(match.lastgroup or "sign", match[0], match.start(), line))
        line += match[0].count("\n")
    return found


def depth(token: Token) -> int:
    """What a token adds to the number of brackets that are open."""
    return (token.text in OPEN) - (token.text in CLOSE) if token.kind == "sign" else 0


def closing(tokens: Sequence[Token], opening: int) -> int:
    """The bracket that closes one; the last token where none does."""
    open_ = 0
    for number in range(opening, len(tokens)):
        open_ += depth(tokens[number])
        if open_ == 0:
            return number
    return len(tokens) - 1


def calls(tokens: Sequence[Token]) -> Iterator[Called]:
    """The functions that are called."""
    number = 0
    while number < len(tokens):
        token, before = tokens[number], tokens[number - 1].text if number else ""
        first = number
        if token.kind == "name" and before != "." and token.text not in KEYWORDS - {"contains"}:
            while number + 2 < len(tokens) and tokens[number + 1].text == "." and tokens[number + 2].kind == "name":
                number += 2
            following = tokens[number + 1] if number + 1 < len(tokens) else None
            if following is not None and following.text == "(" and following.start == tokens[number].end and before != "default":
                yield Called("".join(part.text for part in tokens[first : number + 1]), first, number + 1)
        number += 1
