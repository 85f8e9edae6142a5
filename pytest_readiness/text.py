"""Scanned text on its way out: to a terminal, XML, JSON or a CI log, where it must not command anything."""

from __future__ import annotations

import re
from functools import lru_cache

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
_COMMAND = re.compile(r"^(\s*)::|##\[")
_IN_NODE_ID = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\[\]%\\]|::|^:|:$")


def safe(text: str) -> str:
    """One line without control, direction or surrogate characters and without workflow commands, all made visible."""
    return _COMMAND.sub(_harmless, _CONTROL.sub(_visible, text))


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    return {9: "\\t", 10: "\\n", 13: "\\r"}.get(code) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def _harmless(match: re.Match[str]) -> str:
    """Break up what a GitHub runner reads as a command: ``::`` at the start of a line, ``##[`` anywhere."""
    return f"{match[1]}:\u2236" if match[1] is not None else "##\\["


@lru_cache(maxsize=64)
def node_path(path: str) -> str:
    """A path as part of a node id: what would end a name, a parameter or a line is percent-encoded."""
    return _IN_NODE_ID.sub(lambda match: "".join(f"%{ord(char):02X}" for char in match[0]), path)


def parameter(name: str) -> str:
    """A resource's name as the parameter of a node id: ``aws_instance.a[0]`` becomes ``aws_instance.a.0``."""
    name = re.sub(r"\[([^\]\[]*)\]", lambda match: "." + match[1].strip("'\""), name)
    return safe(name).replace("::", ":").replace("[", "(").replace("]", ")")
