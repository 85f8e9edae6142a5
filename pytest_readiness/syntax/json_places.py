"""Large JSON made by machines: read at once by the standard library, its places found when somebody asks.

`yaml.parse` knows the place of everything and takes many times as long; of ten megabytes a few places are asked for.
"""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Mapping
from functools import cached_property
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any
from typing import NamedTuple

from ..model import ParseFailure
from ..model import Span

_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")  # the lines of `yaml.lines`, as for all JSON
_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder(strict=False)
Key = str | int


class Entry(NamedTuple):
    """Offsets of an entry: its key (of an item of a list the value itself), its value, the end of that."""

    start: int
    value: int
    end: int


class Source:
    """A JSON text with its data; raises `ParseFailure` where it is none."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.data: Any = self._load()
        self._entries: dict[int, Mapping[Key, Entry]] = {}

    def _load(self) -> Any:
        try:
            return json.loads(self.text, strict=False, parse_constant=_no_number)
        except json.JSONDecodeError as error:
            place = min(error.pos, max(len(self.text) - 1, 0))
            reason = "the text ends in the middle" if error.pos >= len(self.text.rstrip()) else error.msg[:1].lower() + error.msg[1:]
            raise ParseFailure(f"not valid JSON: {reason}", self._span(place, place + 1)) from None
        except RecursionError:
            raise ParseFailure("not valid JSON: nested too deeply", Span(self.path, 1, 1, 1, 2)) from None
        except ValueError as error:
            raise ParseFailure(f"not valid JSON: {str(error)[:80]}", Span(self.path, 1, 1, 1, 2)) from None

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(found.end() for found in _BREAK.finditer(self.text))]

    def _span(self, start: int, end: int) -> Span:
        line = bisect.bisect_right(self._lines, start)
        first = self._lines[line - 1]
        following = self._lines[line] if line < len(self._lines) else len(self.text) + 1
        return Span(self.path, line, start - first + 1, line, max(min(end, following) - first + 1, start - first + 2))

    def entries(self, offset: int) -> Mapping[Key, Entry]:
        """The entries of the object or list that begins at an offset; none of anything else."""
        if offset not in self._entries:
            self._entries[offset] = self._scan(offset)
        return self._entries[offset]

    def _scan(self, offset: int) -> dict[Key, Entry]:
        text, found = self.text, dict[Key, Entry]()
        opening = text[offset : offset + 1]
        if opening not in ("{", "["):
            return found
        place = self._skip(offset + 1)
        while text[place] not in "]}":
            start, key = place, len(found)
            if opening == "{":
                key, place = scanstring(text, place + 1, False)
                place = self._skip(self._skip(place) + 1)
            _, end = _DECODER.raw_decode(text, place)
            found[key] = Entry(start, place, end)
            place = self._skip(end)
            if text[place] == ",":
                place = self._skip(place + 1)
        return found

    def _skip(self, place: int) -> int:
        return _SPACE.match(self.text, place).end()  # type: ignore[union-attr]

    def find(self, *keys: Key) -> Entry | None:
        """The offsets of the entry that keys lead to, None where there is none."""
        offset = self._skip(0)
        entry = Entry(offset, offset, len(self.text))
        for key in keys:
            following = self.entries(entry.value).get(key)
            if following is None:
                return None
            entry = following
        return entry

    def place(self, entry: Entry, *, key_only: bool = False) -> Span:
        """An entry with its value where that is a scalar; else, or with ``key_only``, the key alone."""
        if self.text[entry.value] in "{[" or key_only:
            end = entry.start + 1
            if self.text[entry.start] == '"' and entry.start != entry.value:
                end = scanstring(self.text, entry.start + 1, False)[1]
            return self._span(entry.start, end)
        return self._span(entry.start, entry.end)


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no JSON number")
