"""A file of an entry, read: the runs it holds, and whether they can be trusted."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

from .. import git
from ..model import ParseFailure
from ..project import decode
from . import junit
from . import sarif
from .entry import RESERVED
from .entry import Entry
from .report import Invalid
from .report import Log

if TYPE_CHECKING:
    from ..project import Project

MAX_BYTES = 200_000_000
NAMED = 5  # rules that are told by name
AHEAD = datetime.timedelta(minutes=10)  # that clocks may differ
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_XML = (b"<", b"\xef\xbb\xbf<")


@dataclass
class Loaded:
    """What became of an entry: ``problems`` fail the import, ``doubt`` says why nothing is clean because it lists nothing."""

    entry: Entry
    logs: list[Log] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    doubt: str = ""


@dataclass(frozen=True)
class Moment:
    """When a run of ours is, and what of: ``head`` is the commit that is checked out."""

    now: datetime.datetime
    head: str | None

    @classmethod
    def of(cls, project: Project, today: datetime.date) -> Moment:
        """The moment of a run that judges as of a day: this time of that day."""
        now = datetime.datetime.now(datetime.timezone.utc)
        ahead = today - datetime.date.today()  # noqa: DTZ011 - the run's day is a local one
        with suppress(OverflowError):
            now += ahead
        return cls(now, git.commit(project.tree.root) if project.tree.root else None)


def load(entry: Entry, project: Project, at: Moment, platforms: frozenset[str]) -> Loaded:
    """Read the file of an entry. Nothing it may hold raises."""
    loaded = Loaded(entry)
    try:
        loaded.logs = _logs(entry, project.tree.read(entry.file, MAX_BYTES), project)
    except ParseFailure as failure:
        loaded.problems.append(failure.reason)
    except Invalid as error:
        loaded.problems.append(str(error))
    for log in loaded.logs:
        log.tool = slug(entry.tool or log.tool)
        if log.tool in platforms or log.tool in RESERVED:
            loaded.problems.append(f"its tool is called {log.tool!r} like a platform of our own rules: give it another name with tool:")
            log.results, log.clean = [], []
        loaded.problems += [*log.problems, *_stale(entry, log, project, at)]
        loaded.notes += log.notes
    names = sorted({about.id for log in loaded.logs for about in (*log.clean, *(result.about for result in log.results))})
    if names and not any(map(entry.lists, names)):
        loaded.notes.append(
            f"select and ignore leave none of the rules that it names: {', '.join(names[:NAMED])}{', ...' * (len(names) > NAMED)}"
        )
    if loaded.problems:
        loaded.doubt = f"{entry.file} cannot be trusted: {loaded.problems[0]}"
    return loaded


def _logs(entry: Entry, data: bytes, project: Project) -> list[Log]:
    if not data.strip():
        raise Invalid("is empty: the tool has written nothing")
    if data[:100].lstrip().startswith(_XML):
        return junit.logs(data, project, entry.root)
    return list(sarif.logs(decode(entry.file, data), project, entry.root))


def slug(name: str) -> str:
    """A tool's name as the first part of rule ids: ``Semgrep OSS`` is ``semgrep-oss``."""
    return _NOT_PLAIN.sub("-", name.lower()).strip("-")[:40].strip("-") or "tool"


def _stale(entry: Entry, log: Log, project: Project, at: Moment) -> Iterator[str]:
    """Why a run is not about what is here now."""
    if entry.max_age is not None:
        ended, source = log.ended, "the tool ended"
        if ended is None:
            ended, source = project.tree.modified(entry.file), "the file was written"
        if ended is None:
            yield "does not say when the tool ran"
        elif ended > at.now + AHEAD:
            yield f"says that the tool ran in the future, {_shown(ended)}"
        elif at.now - ended > entry.max_age:
            yield f"is stale: {source} {_shown(ended)}, {_told(at.now - ended)} ago, at most {_told(entry.max_age)} are allowed"
    if entry.commit == "ignored":
        return
    if entry.commit == "required" and not log.commits:
        yield "does not say of which commit it is"
    elif entry.commit == "required" and at.head is None:
        yield "is of a commit, but git does not say which one is checked out here"
    other = [commit for commit in log.commits if at.head and not _same(commit, at.head)]
    if other and len(other) == len(log.commits):
        yield f"is of commit {other[0][:40]}, not of {at.head}"


def _same(commit: str, head: str) -> bool:
    return len(commit) >= 7 and head.startswith(commit.lower())


def _shown(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _told(age: datetime.timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 72 * 60 else f"{minutes // 60 // 24} days"
