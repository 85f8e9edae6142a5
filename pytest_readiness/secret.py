"""Taking secret values out of whatever is told."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl
from urllib.parse import unquote
from urllib.parse import urlsplit

STARS = "****"
SHORTEST = 4  # characters; to hide fewer would hide the message
TOKEN = 8  # characters of a part of a path that may be a secret, if a digit is among them
_CUT = re.compile(r"(?:[%\\&][\\\w#]{0,8})?…")  # where a message was cut, perhaps within what stands for one character


class Mask:
    """Knows some values and hides them: as they are, as JSON, HTML, a url, ``repr`` or base64 write them, and what a cut left of them.

    Of an address it hides the parts as well: host, password, what its query says, and what in its path looks like a token.
    """

    def __init__(self, values: Iterable[str]) -> None:
        parts = {part for value in values for part in _parts(value) if len(part) >= SHORTEST}
        # one may be part of another
        self._hidden = [_Hidden.of(part) for part in sorted(parts, key=len, reverse=True)]

    def __call__(self, text: str) -> str:
        for hidden in self._hidden:
            text = hidden.whole.sub(STARS, text)
            if "…" in text:
                text = hidden.without_beginnings(text)
        return text

    def body(self, body: bytes) -> bytes:
        """An answer without them, so that no message can show a part of one that was taken out of its middle."""
        if not self._hidden:
            return body
        text = body.decode("utf-8", "surrogateescape")
        for hidden in self._hidden:
            text = hidden.whole.sub(STARS, text)
        return text.encode("utf-8", "surrogateescape")


@dataclass(frozen=True)
class _Hidden:
    """A value, and each of its characters in every way that it is written."""

    whole: re.Pattern[str]
    start: re.Pattern[str]  # as much of it as is worth hiding
    characters: tuple[re.Pattern[str], ...]

    @staticmethod
    def of(value: str) -> _Hidden:
        written = [_written(character) for character in re.findall(r"\\+|.", value, re.DOTALL)]
        return _Hidden(re.compile("".join(written)), re.compile("".join(written[:SHORTEST])), tuple(map(re.compile, written)))

    def without_beginnings(self, text: str) -> str:
        """A text without what is left of it where a message was cut."""
        kept, done = [], 0
        for start in self.start.finditer(text):
            at = start.start()
            for character in self.characters:
                if not (found := character.match(text, at)):
                    break
                at = found.end()
            if start.start() >= done and (cut := _CUT.match(text, at)):
                kept += [text[done : start.start()], STARS, "…"]
                done = cut.end()
        return "".join((*kept, text[done:]))


def _parts(value: str) -> Iterator[str]:
    """What is hidden of a value."""
    folded = " ".join(value.split())  # as a message on one line has it
    for part in (value, folded, *_of_address(value)):
        yield part
        yield from _encoded(part.encode("utf-8", "surrogateescape"))


def _of_address(value: str) -> Iterator[str]:
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        return
    if not (parts.scheme and parts.netloc):
        return
    at = value.lower().find(host)
    yield from (host, value[at : at + len(host)], unquote(parts.password or ""))
    yield from (said for _, said in parse_qsl(parts.query))
    yield from (part for part in map(unquote, parts.path.split("/")) if len(part) >= TOKEN and re.search("[0-9]", part))


def _encoded(data: bytes) -> Iterator[str]:
    """It in base64, alone or after something else, as far as nothing but itself decides on the characters."""
    for before in range(3):
        found = base64.b64encode(bytes(before) + data).decode()[before + (before > 0) : (before + len(data)) * 8 // 6]
        yield found
        yield found.translate({ord("+"): "-", ord("/"): "_"})


def _written(character: str) -> str:
    """A pattern of one character in every way that it is written, also where what writes it is written once more.

    Backslashes beside each other are one character here: who reads them must not try how many were one.
    """
    if character.isascii() and character.isalnum():
        return character
    if character[0] == "\\":
        number = len(character)
        return rf"(?i:\\{{{number},{4 * number}}}|(?:%(?:25){{0,3}}5c){{{number}}})"
    code, data = ord(character), character.encode("utf-8", "surrogateescape")
    ways = (
        "".join(f"%(?:25){{0,3}}{byte:02x}" for byte in data),
        "".join(rf"\\{{1,3}}x{byte:02x}" for byte in data),
        rf"\\{{1,3}}u{code:04x}",
        rf"\\{{1,3}}{re.escape(json.dumps(character)[1:-1].removeprefix(chr(92)))}",
        f"&#{code};|&#x{code:x};|{re.escape(html.escape(character))}",
        r"\+" if character == " " else "",
        re.escape(character),
    )
    return f"(?i:{'|'.join(filter(None, ways))})"
