"""Scanned text on its way out: to a terminal, XML, JSON or a CI log, where it must not command anything."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import unquote_to_bytes

# what steers a terminal, the direction of text or an XML parser, and what nobody sees
_UNSAFE = (
    r"\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff"
)
_CONTROL = re.compile(f"[{_UNSAFE}]")
_COMMAND = re.compile(r"^(\s*)::|##(\w*)\[")
_IN_NODE_ID = re.compile(rf"[{_UNSAFE}\[\]%\\]|::|^:|:$")
REPOSITORY = "repository"  # what the root as a whole is called, in node ids, messages and waivers
LONGEST = 5000  # characters of a text that go out, more than any path has
LONGEST_NAME = 300


def safe(text: str) -> str:
    """One line without control, direction or surrogate characters and without workflow commands, all made visible."""
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}... ({len(text)} characters)"
    return _COMMAND.sub(_harmless, _CONTROL.sub(_visible, text))


def is_plain(text: str) -> bool:
    """Whether a text has no control, direction or surrogate characters."""
    return not _CONTROL.search(text)


def brief(text: str, width: int = 160) -> str:
    """Text on one line of at most ``width`` characters: white space folded, the rest cut."""
    folded = " ".join(text.split())
    return folded if len(folded) <= width else folded[: width - 1] + "…"


def fitted(text: str, width: int) -> str:
    """Text in a column of a terminal: cut, or filled up with spaces; what is wide there takes two cells, what combines none."""
    taken = 0
    for kept, character in enumerate(text):
        cells = 2 if unicodedata.east_asian_width(character) in "WF" else 0 if unicodedata.combining(character) else 1
        if taken + cells > width:
            return f"{text[:kept]}{' ' * (width - taken)}"
        taken += cells
    return f"{text}{' ' * (width - taken)}"


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    return {9: "\\t", 10: "\\n", 13: "\\r"}.get(code) or (
        f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )


def _harmless(match: re.Match[str]) -> str:
    """Break up what a runner reads as a command: ``::`` at the start of a line, ``##[`` and ``##vso[`` anywhere."""
    return f"{match[1]}:\u2236" if match[1] is not None else f"##{match[2]}\\["


def distinct(names: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The names, each the second of a pair, unique among those with the same first: one that came before gets the next free number."""
    written = set(names)
    given: set[tuple[str, str]] = set()
    numbers: dict[tuple[str, str], int] = {}
    for group, name in names:
        found = name
        if (group, name) in given:
            number = numbers.get((group, name), 1) + 1
            while (group, f"{name}-{number}") in written:
                number += 1
            numbers[group, name] = number
            found = f"{name}-{number}"
            written.add((group, found))
        given.add((group, found))
        yield found


def place(path: str) -> str:
    """A path as people read and write it: ``.`` is the repository."""
    return REPOSITORY if path == "." else safe(path)


@lru_cache(maxsize=64)
def node_path(path: str) -> str:
    """A path as part of a node id: what would end a name, a parameter or a line is percent-encoded."""
    return _IN_NODE_ID.sub(lambda match: "".join(f"%{byte:02X}" for byte in os.fsencode(match[0])), path)


def path_in(node_id: str) -> str:
    """The path that `node_path` encoded."""
    return os.fsdecode(unquote_to_bytes(os.fsencode(node_id)))


def parameter(name: str) -> str:
    """A resource's name as the parameter of a node id: ``aws_instance.a[0]`` becomes ``aws_instance.a.0``."""
    if len(name) > LONGEST_NAME:
        name = f"{name[:LONGEST_NAME]}...{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    name = re.sub(r"\[([^\]\[]*)\]", lambda match: "." + match[1].strip("'\""), name)
    return re.sub(":{2,}", ":", safe(name)).replace("[", "(").replace("]", ")")
