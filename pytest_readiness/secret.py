"""Taking secret values out of whatever is told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from urllib.parse import quote

STARS = "****"
_ADDRESS = re.compile(r"\A[a-z][a-z0-9+-]*://(?:[^/?#@]*@)?([^/?#:@]+)")
SHORTEST = 4  # characters; to hide fewer would hide the message


class Mask:
    """Knows some values and hides them: as they are, and as JSON, a url or ``repr`` would write them; of an address also its host."""

    def __init__(self, values: Iterable[str]) -> None:
        written = {
            form
            for value in values
            for part in (value, *_ADDRESS.findall(value))
            if len(part) >= SHORTEST
            for form in (part, json.dumps(part)[1:-1], quote(part), repr(part)[1:-1])
        }
        self._hidden = sorted(written, key=len, reverse=True)  # one may be part of another

    def __call__(self, text: str) -> str:
        for value in self._hidden:
            text = text.replace(value, STARS)
        return text

    def body(self, body: bytes) -> bytes:
        """An answer without them, so that no message can show a part that was cut off in the middle."""
        for value in self._hidden:
            body = body.replace(value.encode("utf-8", "surrogateescape"), STARS.encode())
        return body
