"""Iteration inside of calls, moved in front of them: the in-process engine does not iterate there.

``startswith(input.names[_], "x")`` becomes ``walked_1 := input.names[_]; startswith(walked_1, "x")``, which means the same.
Left as it is where it would not mean the same (behind ``not``, with ``with``); the engine rejects what is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from itertools import islice

from .tokens import CLOSE
from .tokens import OPEN
from .tokens import Token
from .translation import Edit

_INFIX = frozenset((":=", "=", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "&", "|", ",", ".", "in", "if", "as", "with"))
_COMPARING = frozenset(("==", "!=", "<", ">", "<=", ">=", "="))
_WORDS = frozenset("not some every in if else contains with as default true false null".split())
_ROOM = 200  # references that are looked at in one rule; more would be no policy


def edits(tokens: Sequence[Token], text: str) -> Iterator[Edit]:
    """What to change in a rule."""
    pairs, parents = _brackets(tokens)
    for start, end in islice(_references(tokens, pairs), _ROOM):
        call = _call_around(tokens, parents, start)
        literal = _literal(tokens, pairs, parents, call if call is not None else start)
        if literal is None:
            continue
        place, first, last = literal
        inside = tokens[first : last + 1]
        if inside[0].text in ("not", "every") or any(token.text == "with" for token in inside):
            continue
        if call is None and not _is_second(tokens, pairs, first, start):
            continue
        name = f"walked_{tokens[start].start}"
        begin, stop = tokens[start].start, tokens[end].end
        yield tokens[place].start, 0, f"{name} := {' '.join(text[begin:stop].split())}; "
        yield begin, stop - begin, name


def _brackets(tokens: Sequence[Token]) -> tuple[dict[int, int], list[int]]:
    """Closing by opening bracket, and for each token the bracket it stands in (-1 for none)."""
    pairs: dict[int, int] = {}
    parents: list[int] = []
    stack: list[int] = []
    for number, token in enumerate(tokens):
        if token.kind == "sign" and token.text in CLOSE and stack:
            pairs[stack.pop()] = number
        parents.append(stack[-1] if stack else -1)
        if token.kind == "sign" and token.text in OPEN:
            stack.append(number)
    return pairs, parents


def _references(tokens: Sequence[Token], pairs: dict[int, int]) -> Iterator[tuple[int, int]]:
    """The references that iterate, by their first and last token."""
    number = 0
    while number < len(tokens):
        token = tokens[number]
        begins = token.kind == "name" and token.text not in _WORDS and (number == 0 or tokens[number - 1].text != ".")
        if not begins:
            number += 1
            continue
        end, iterates = number, False
        while end + 1 < len(tokens):
            following = tokens[end + 1]
            touches = following.start == tokens[end].end
            if following.text == "." and end + 2 < len(tokens) and tokens[end + 2].kind == "name":
                end += 2
            elif following.text == "[" and touches and end + 1 in pairs:
                iterates |= pairs[end + 1] == end + 3 and tokens[end + 2].kind == "name" and tokens[end + 2].text not in _WORDS
                end = pairs[end + 1]
            else:
                break
        is_call = end + 1 < len(tokens) and tokens[end + 1].text == "(" and tokens[end].kind == "name"
        if iterates and not is_call:
            yield number, end
            number = end + 1
        else:
            number += 1


def _is_call(tokens: Sequence[Token], bracket: int) -> bool:
    before = tokens[bracket - 1] if bracket else None
    return (
        before is not None
        and tokens[bracket].text == "("
        and before.kind == "name"
        and before.text not in _WORDS - {"contains"}
        and before.end == tokens[bracket].start
    )


def _call_around(tokens: Sequence[Token], parents: Sequence[int], at: int) -> int | None:
    """The bracket of the nearest call around a token, within its own literal."""
    bracket = parents[at]
    while bracket >= 0:
        if _is_call(tokens, bracket):
            return bracket
        if tokens[bracket].text == "{" and _is_body(tokens, bracket):
            return None
        if _bar(tokens, parents, bracket, 0, at) is not None:
            return None
        bracket = parents[bracket]
    return None


def _is_body(tokens: Sequence[Token], bracket: int) -> bool:
    before = tokens[bracket - 1] if bracket else None
    if before is None:
        return False
    return before.text in ("if", "else", ")", "]", "}") or (
        before.kind in ("name", "string", "number", "raw") and before.text not in _INFIX
    )


def _bar(tokens: Sequence[Token], parents: Sequence[int], bracket: int, low: int, high: int) -> int | None:
    """The bar of a comprehension, between two places of it."""
    return next((n for n in range(max(bracket + 1, low), high) if parents[n] == bracket and tokens[n].text == "|"), None)


def _literal(tokens: Sequence[Token], pairs: dict[int, int], parents: Sequence[int], at: int) -> tuple[int, int, int] | None:
    """Where an assignment can stand before what is at a place, and the first and last token of its literal; None in the head of a rule."""
    while True:
        bracket = parents[at]
        if bracket < 0:
            return None
        end = pairs.get(bracket, len(tokens))
        if tokens[bracket].text in "[{" and not _is_body(tokens, bracket):
            bar = _bar(tokens, parents, bracket, 0, end)
            if bar is None:
                at = bracket
                continue
            if at < bar:  # the head of a comprehension: its body is where one iterates
                return bar + 1, bar + 1, bar + 1
            return _within(tokens, parents, bracket, at, range(bar + 1, end))
        if tokens[bracket].text == "{":
            return _within(tokens, parents, bracket, at, range(bracket + 1, end))
        at = bracket


def _within(tokens: Sequence[Token], parents: Sequence[int], bracket: int, at: int, body: range) -> tuple[int, int, int]:
    """The literal around a token, in a body that begins and ends at two places."""
    ends = [body.start - 1]
    for number in body:
        if parents[number] != bracket:
            continue
        token, before = tokens[number], tokens[number - 1]
        if token.text == ";":
            ends.append(number)
        elif number > body.start and token.line > before.line and before.text not in _INFIX and token.text not in _INFIX | {")", "]", "}"}:
            ends.append(number - 1)
    first = max(end for end in ends if end < at) + 1
    last = min((end for end in ends if end >= at), default=body.stop - 1)
    return first, first, last


def _is_second(tokens: Sequence[Token], pairs: dict[int, int], first: int, at: int) -> bool:
    """Whether a reference stands behind a comparison with another one that iterates."""
    before = tokens[first:at]
    if not any(token.text in _COMPARING for token in before):
        return False
    return any(start >= first and end < at for start, end in _references(tokens[:at], {a: b for a, b in pairs.items() if b < at}))
