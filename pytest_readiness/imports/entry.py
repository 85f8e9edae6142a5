"""An entry of ``imports:``: which file, whose it is, how old it may be, and how its findings are ranked."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from fnmatch import fnmatchcase
from typing import Any

from ..authoring import CATEGORIES
from ..model import ParseFailure
from ..model import Priority
from ..model import Span
from ..syntax import yaml

_AGE = re.compile(r"([0-9]{1,5})([mhd])").fullmatch
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
RESERVED = frozenset(("readiness", "repo", "import", "live"))  # platforms that have no folder of rules, or more than one


@dataclass(frozen=True)
class Entry:
    """A file to import. ``commit`` is ``stated`` (compared where the file says one), ``required`` or ``ignored``."""

    file: str
    tool: str = ""
    max_age: datetime.timedelta | None = None
    commit: str = "stated"
    root: str = ""  # what the tool called the root of the project
    category: str = ""
    priorities: Mapping[str, Priority] = field(default_factory=dict)
    select: tuple[str, ...] = ("*",)
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    span: Span = field(default_factory=lambda: Span(""))

    def wants(self, rule_id: str, path: str) -> bool:
        """Whether results of a rule (as the tool calls it) in a file (empty: nowhere in the project) are to be imported."""
        return self.lists(rule_id) and not any(fnmatchcase(path, glob) for glob in self.exclude)

    def lists(self, rule_id: str) -> bool:
        """Whether a rule (as the tool calls it) is to be imported."""
        return any(fnmatchcase(rule_id, glob) for glob in self.select) and not any(fnmatchcase(rule_id, glob) for glob in self.ignore)

    def priority(self, words: Iterable[str]) -> Priority | None:
        """What the table says of a result that goes by some words: the last key that matches one of them."""
        known = tuple(words)
        matching = [priority for glob, priority in self.priorities.items() if any(fnmatchcase(word, glob) for word in known)]
        return matching[-1] if matching else None


def entries(data: yaml.Mapping) -> tuple[Entry, ...]:
    """The entries of a document that its schema accepts."""
    listed = data.get("imports", ())
    return tuple(_entry(body, yaml.at(data, "imports", number)) for number, body in enumerate(listed))


def _entry(body: Mapping[str, Any], span: Span) -> Entry:
    age = _AGE(body.get("max-age", ""))
    return Entry(
        body["file"],
        tool=body.get("tool", ""),
        max_age=datetime.timedelta(**{_UNITS[age[2]]: int(age[1])}) if age else None,
        commit=body.get("commit", "stated"),
        root=body.get("root", ""),
        category=body.get("category", ""),
        priorities={glob: Priority[name] for glob, name in body.get("priorities", {}).items()},
        select=tuple(body.get("select", ("*",))),
        ignore=tuple(body.get("ignore", ())),
        exclude=tuple(body.get("exclude", ())),
        span=span,
    )


def mistakes(data: yaml.Mapping, platforms: Iterable[str]) -> Iterator[ParseFailure]:
    """What a schema cannot know of the entries, at its line."""
    taken = {*platforms, *RESERVED}
    seen: set[str] = set()
    for number, entry in enumerate(entries(data)):

        def at(key: str, number: int = number) -> Span:
            return yaml.at(data, "imports", number, key)

        if "\\" in entry.file or {"", ".", ".."} & set(entry.file.split("/")):
            yield ParseFailure(f"imports: {entry.file!r} is no path below the root such as out/scan.sarif", at("file"))
        if entry.file in seen:
            yield ParseFailure(f"imports: {entry.file!r} comes twice", at("file"))
        seen.add(entry.file)
        if entry.tool in taken:
            yield ParseFailure(f"imports: {entry.tool!r} is a platform of our own rules: call the tool something else", at("tool"))
        if entry.category and entry.category not in CATEGORIES:
            yield ParseFailure(f"imports: no category is called {entry.category!r} (known: {', '.join(CATEGORIES)})", at("category"))
