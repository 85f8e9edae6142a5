"""A policy as the in-process engine takes it, line by line the same: what OPA and conftest read and it does not is written otherwise."""

from __future__ import annotations

import re
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

from .tokens import Token
from .tokens import calls
from .tokens import closing

PRINTS = ("print", "trace")  # say something to people only
Edit = tuple[int, int, str]  # where, how many characters, and what stands there instead
_MAKES_TEXT = frozenset(
    "concat lower upper replace format_int json.marshal json.marshal_with_options yaml.marshal regex.replace glob.quote_meta"
    " urlquery.encode urlquery.decode urlquery.encode_object".split()
)
_VERB = re.compile(r"%(?P<flags>[-+# 0]*[0-9]*(?:\.[0-9]+)?)(?P<verb>[A-Za-z%])")


def applied(edits: Iterable[Edit], text: str) -> str:
    """The text with edits. What is inside of something that is replaced is gone with it; of two at one place the first is on the left."""
    parts, position = [], 0
    for start, length, new in sorted(edits, key=lambda edit: edit[:2]):
        if start >= position:
            parts += [text[position:start], new]
            position = start + length
    return "".join([*parts, text[position:]])


def new_set(tokens: Sequence[Token], key_end: int, body: int | None, text: str) -> Iterator[Edit]:
    """``deny[msg] { ... }`` as ``deny contains msg if { ... }``; each further body is a rule of its own."""
    opening, last = tokens[1], tokens[key_end - 1]
    yield opening.start, 1, " contains "
    yield last.start, 1, " "
    written = " ".join(text[opening.start + 1 : last.start].split())
    while body is not None:
        yield tokens[body].start, 0, " if "
        end = closing(tokens, body)
        if end + 1 >= len(tokens) or tokens[end + 1].text != "{":
            return
        body = end + 1
        yield tokens[body].start, 0, f"; {tokens[0].text} contains {written}"


def plainer(tokens: Sequence[Token], text: str, own: Collection[str]) -> Iterator[Edit]:
    """Calls that the engine takes for something else; ``own`` are the functions of the policy itself."""
    for call in calls(tokens):
        first, last = tokens[call.first], tokens[closing(tokens, call.opening)]
        if call.name in PRINTS:
            written = text[first.start : last.start + 1]
            yield first.start, len(written), "true" + "\n" * written.count("\n")
        elif call.name in _MAKES_TEXT and call.name not in own:  # a format shows the engine's own texts in quotes, which it does not escape
            yield first.start, 0, "trim_suffix("
            yield last.start + 1, 0, ', "")'
        elif call.name == "sprintf" and call.opening + 1 < len(tokens):
            yield from _format(tokens[call.opening + 1])


def _format(literal: Token) -> Iterator[Edit]:
    """A format whose verbs fit every value: the engine leaves a message out where one does not."""
    if literal.kind not in ("string", "raw"):
        return
    quote = '"' if literal.kind == "raw" else '\\"'
    changed = _VERB.sub(lambda found: _verb(found, quote), literal.text)
    if changed != literal.text:
        yield literal.start, len(literal.text), changed


def _verb(found: re.Match[str], quote: str) -> str:
    if found["verb"] in "sdtT" and not found["flags"].startswith("0"):
        return "%v"
    return f"{quote}%v{quote}" if found["verb"] == "q" else found[0]
