"""Looking after known gaps: a list of all of them with what became of each, and the removal of those that are no longer needed."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .model import ParseFailure
from .model import Span
from .model import Waiver
from .records import Record
from .syntax import yaml
from .text import safe
from .waivers import NAMES


@dataclass(frozen=True)
class Entry:
    """A known gap and the checks it covers, by outcome."""

    waiver: Waiver
    days: int  # until it lapses
    outcomes: Counter[str]

    @property
    def standing(self) -> str:
        """What is to be done about it, in a few words."""
        still_open = self.outcomes["xfailed"] + self.outcomes["failed"]
        if not self.outcomes:
            return "covers nothing"
        if self.outcomes["xpassed"] and not still_open:
            return "closed"
        if self.days < 0:
            return f"lapsed, {still_open} open"
        return f"{still_open} open" + (f", {self.outcomes['xpassed']} closed" if self.outcomes["xpassed"] else "")

    @property
    def is_needless(self) -> bool:
        """Whether it can go: it covers nothing, or only what is closed."""
        return self.standing in ("covers nothing", "closed")


def audit(waivers: Iterable[Waiver], records: Iterable[Record], today: datetime.date) -> list[Entry]:
    """Every waiver of the waiver file and of comments, the first to lapse first."""
    outcomes: dict[tuple[str, int], Counter[str]] = {}
    inline: dict[tuple[str, int], Waiver] = {}
    for record in records:
        if (known := record["waiver"]) is not None:
            place = (known["path"], known["line"])
            outcomes.setdefault(place, Counter())[record["outcome"]] += 1
            if known["path"] not in NAMES:
                where = f"{known['path']}:{known['line']}"
                inline[place] = Waiver(record["rule"], where, known["reason"], known["owner"], known["until"], Span(*place))
    everything = [*waivers, *inline.values()]
    entries = [
        Entry(
            waiver, (datetime.date.fromisoformat(waiver.until) - today).days, outcomes.get((waiver.span.path, waiver.span.line), Counter())
        )
        for waiver in everything
    ]
    return sorted(entries, key=lambda entry: (entry.days, entry.waiver.span))


def told(entries: Sequence[Entry]) -> list[str]:
    """The list for a terminal."""
    rows = [
        (
            e.waiver.until,
            f"{e.days} days",
            e.waiver.owner or "-",
            e.standing,
            e.waiver.kind,
            f"{e.waiver.rule} {e.waiver.where}",
            e.waiver.reason,
        )
        for e in entries
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(5)]
    return [
        safe("  ".join([*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), f"{row[5]} ({row[6]})"])) for row in rows
    ]


def prune(root: Path, entries: Iterable[Entry]) -> list[Entry]:
    """Take what is needless out of the waiver file, and say what; raises `ParseFailure` for a file not written in lines, `OSError`."""
    needless = [entry for entry in entries if entry.is_needless and entry.waiver.span.path in NAMES]
    for path in sorted({entry.waiver.span.path for entry in needless}):
        text = (root / path).read_text("utf-8")
        starts = {entry.waiver.span.line for entry in needless if entry.waiver.span.path == path}
        (root / path).write_text(without(path, text, starts), "utf-8")
    return needless


def without(path: str, text: str, starts: Iterable[int]) -> str:
    """The text of a waiver file without the entries that begin on these lines, each with the comments right above it."""
    lines = text.splitlines(keepends=True)
    gone: set[int] = set()
    for document in yaml.parse(path, text):
        listed = yaml.get(document.data, "waivers")
        for entry in listed if isinstance(listed, yaml.Sequence) else ():
            span = entry.span if isinstance(entry, yaml.Mapping) else None
            if span is None or span.line not in starts:
                continue
            if not lines[span.line - 1].lstrip().startswith("- "):
                raise ParseFailure("entries in brackets are not pruned: write each on lines of its own", span)
            gone.update(range(span.line, span.end_line + 1))
            above = span.line - 1
            while above > 0 and lines[above - 1].lstrip().startswith("#") and lines[above - 1].startswith((" ", "\t")):
                gone.add(above)
                above -= 1
    kept = [line for number, line in enumerate(lines, 1) if number not in gone]
    if not any(line.lstrip().startswith("- ") for line in kept):
        kept = [f"{line.rstrip()[:-1]}: []\n" if line.rstrip() == "waivers:" else line for line in kept]
    return "".join(kept)
