"""What is wrong in a criteria file: each mistake with its place and, where one can be guessed, the likely fix."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from ..model import PACK
from ..model import ParseFailure
from ..model import Rule
from ..model import Span

SHOWN = 12  # names that are listed


class Mistakes:
    """The mistakes found so far, each once."""

    def __init__(self) -> None:
        self._found: dict[tuple[Span, str], ParseFailure] = {}

    def add(self, span: Span, reason: str) -> None:
        self._found.setdefault((span, reason), ParseFailure(reason, span))

    @property
    def all(self) -> list[ParseFailure]:
        """In the order of their places."""
        return [self._found[key] for key in sorted(self._found)]

    def __bool__(self) -> bool:
        return bool(self._found)


def hint(name: str, known: Iterable[str]) -> str:
    """``did you mean ...?``, or what there is."""
    names = sorted(known)
    close = get_close_matches(name, names, 1)
    if close:
        return f"did you mean {close[0]!r}?"
    shown = ", ".join(names[:SHOWN])
    return f"known: {shown}{', ...' if len(names) > SHOWN else ''}" if names else "there is none"


def whose(rule: Rule) -> str:
    """A rule by its pack, by its place, or both."""
    if rule.pack == PACK:
        return f"a rule of {PACK}"
    return f"a rule of {rule.origin} (at {rule.source})" if rule.pack_version else f"a rule at {rule.source}"
