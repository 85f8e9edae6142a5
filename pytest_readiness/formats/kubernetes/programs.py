"""The program that a container starts, and its flags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

from ...unknown import is_unknown
from ..images import Image

if TYPE_CHECKING:
    from .objects import Container


def program(container: Container) -> str | None:
    """The program a container starts: the first word of its command or arguments, else what its image is called."""
    for key in ("command", "args"):
        words = container.body.get(key)
        if isinstance(words, list) and words:
            first = words[0]
            if isinstance(first, str) and not first.startswith("-"):
                return first.rpartition("/")[2].split(" ")[0]
    return container.image.name if isinstance(container.image, Image) else None


def flag(container: Container, name: str) -> Any:
    """The last value of a flag of a program (``--name=value``, ``--name value``), None without it; ``true`` where it has none."""
    found: Any = None
    words = [word for key in ("command", "args") for word in _words(container.get(key))]
    for number, word in enumerate(words):
        if is_unknown(word):
            continue
        own, separator, value = word.lstrip("-").partition("=")
        if not word.startswith("-") or own != name:
            continue
        behind = words[number + 1] if number + 1 < len(words) else ""
        found = value if separator else behind if is_unknown(behind) or (behind and not behind.startswith("-")) else "true"
    return found


def flag_at(container: Container, name: str) -> tuple[str | int, ...]:
    """Where a flag is written, for a place."""
    for key in ("command", "args"):
        listed = container.get(key)
        for number, word in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(word, str) and word.startswith("-") and word.lstrip("-").partition("=")[0] == name:
                return key, number
    return ("command",) if "command" in container.body else ("args",)


def _words(listed: Any) -> Sequence[Any]:
    return [word if is_unknown(word) else str(word) for word in listed] if isinstance(listed, list) else []


def unset(container: Container, *names: str) -> list[str]:
    """Those of a program's flags that are not there, or have no value."""
    found = ((name, flag(container, name)) for name in names)
    return [f"--{name}" for name, value in found if value is None or (not is_unknown(value) and value in ("", "true"))]
