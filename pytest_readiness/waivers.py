"""Known gaps: which checks they cover, when they lapse, which of them cover nothing; and how they are written."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from . import schema
from .model import ParseFailure
from .model import Priority
from .model import Rule
from .model import Span
from .model import Waiver
from .policy import WaiverPolicy
from .syntax import yaml
from .text import brief
from .text import place
from .text import safe

if TYPE_CHECKING:
    from .project import Project

NAMES = ("readiness-waivers.yaml", "readiness-waivers.yml")
HEADER = """\
# Known gaps of this project. Each is a strict expected failure: it turns red when the gap is closed
# (delete the entry then) and after its last day (close the gap, or give a new reason and day).
waivers:
"""


def load(project: Project) -> tuple[list[Waiver], list[ParseFailure]]:
    """The valid waivers of a project and what is wrong with the others."""
    waivers: list[Waiver] = []
    failures: list[ParseFailure] = []
    found = [name for name in NAMES if project.exists(name)]
    failures += [ParseFailure(f"there is {found[0]} as well: keep one of them", Span(name)) for name in found[1:]]
    for name in found[:1]:
        try:
            documents = project.documents(name)
        except ParseFailure as failure:
            return waivers, [*failures, failure]
        for document in documents:
            violations = list(schema.violations(document, "waivers"))
            failures += violations
            bad_lines = {violation.span.line for violation in violations}
            for span, entry in _entries(document):
                if not bad_lines.intersection(range(span.line, span.end_line + 1)):
                    (waivers if isinstance(made := _waiver(entry), Waiver) else failures).append(made)  # type: ignore[arg-type]
    return waivers, failures


def _entries(document: yaml.Document) -> list[tuple[Span, yaml.Mapping]]:
    listed = yaml.get(document.data, "waivers")
    entries = listed if isinstance(listed, yaml.Sequence) else ()
    return [(entry.span, entry) for entry in entries if isinstance(entry, yaml.Mapping)]


def _waiver(entry: yaml.Mapping) -> Waiver | ParseFailure:
    if reason := _no_date(entry["until"]):
        return ParseFailure(reason, entry.entry("until"))
    return Waiver(**dict(entry), span=entry.head)


def _no_date(until: str) -> str:
    """Why a text is no day; empty where it is one."""
    try:
        datetime.date.fromisoformat(until)
    except ValueError as error:
        return f"until: {until!r} is no date: {error}"
    return ""


def wrong(waiver: Waiver) -> str:
    """What is wrong with a waiver that comes from no file; empty where nothing is."""
    for name in ("rule", "where", "reason", "owner", "until"):
        value: object = getattr(waiver, name)
        if not isinstance(value, str) or not value.strip():
            return f"{name} must be a text, not {brief(repr(value))}"
    if waiver.kind not in ("gap", "accepted"):
        return f"kind must be gap or accepted, not {brief(repr(waiver.kind))}"
    if waiver.kind == "accepted" and not waiver.approved_by:
        return "approved_by is missing: who accepted the risk"
    return _no_date(waiver.until)


class Waivers:
    """The known gaps of a run on one day, and the entries that are none; remembers which were needed."""

    def __init__(self, waivers: Sequence[Waiver], today: datetime.date, failures: Iterable[ParseFailure] = ()) -> None:
        self.today = today
        self.failures = tuple(failures)
        self.all = tuple(waivers)
        self._exact: dict[tuple[str, str], Waiver] = {}
        self._globs: list[Waiver] = []
        self._used: set[int] = set()
        self._priorities: dict[int, set[Priority]] = {}
        for waiver in waivers:
            if is_glob(waiver.rule) or is_glob(waiver.where):
                self._globs.append(waiver)
            else:
                self._exact.setdefault((waiver.rule, waiver.where), waiver)

    def find(self, rule: Rule, path: str, resource: str) -> Waiver | None:
        """The waiver that covers a check, the one that names it most exactly first. All that cover it count as used."""
        path = place(path)
        where = f"{path}::{resource}"
        matching = [self._exact.get((rule.id, where)), self._exact.get((rule.id, path))]
        matching += [w for w in self._globs if fnmatchcase(rule.id, w.rule) and (fnmatchcase(where, w.where) or fnmatchcase(path, w.where))]
        found = [waiver for waiver in matching if waiver is not None]
        for waiver in found:
            self.use(waiver, rule.priority)
        return found[0] if found else None

    def use(self, waiver: Waiver, priority: Priority) -> None:
        """Remember that a waiver covers a check of a priority."""
        self._used.add(id(waiver))
        self._priorities.setdefault(id(waiver), set()).add(priority)

    def is_used(self, waiver: Waiver) -> bool:
        """Whether a waiver covers a check."""
        return id(waiver) in self._used

    def problems(self, waiver: Waiver, policy: WaiverPolicy) -> Iterator[str]:
        """What a waiver is not allowed to be, once every check has looked for one."""
        days = (datetime.date.fromisoformat(waiver.until) - self.today).days
        if policy.max_days is not None and days > policy.max_days:
            yield f"holds for {days} days, at most {policy.max_days} are allowed"
        if policy.ticket and not re.search(policy.ticket, waiver.reason):
            yield f"the reason names no ticket ({policy.ticket})"
        if policy.p0_owners and Priority.P0 in self._priorities.get(id(waiver), ()) and waiver.owner not in policy.p0_owners:
            yield f"covers a P0 check, which {waiver.owner or 'nobody'} may not waive (only {', '.join(policy.p0_owners)})"

    def unused(self) -> list[Waiver]:
        """The waivers that no check asked for."""
        return [waiver for waiver in self.all if id(waiver) not in self._used]

    def lapsed(self, waiver: Waiver) -> bool:
        """Whether the waiver's last day has passed."""
        return self.today > datetime.date.fromisoformat(waiver.until)


def is_glob(text: str) -> bool:
    """Whether a pattern means more than itself."""
    return any(char in text for char in "*?[")


def written(waiver: Waiver, indent: str = "  ") -> str:
    """A waiver as an entry of the file."""
    pairs = [("rule", waiver.rule), ("where", waiver.where), ("reason", waiver.reason), ("owner", waiver.owner), ("until", waiver.until)]
    lines = [f"{key}: {_scalar(value)}" for key, value in pairs]
    return f"{indent}- " + f"\n{indent}  ".join(lines) + "\n"


def _scalar(text: str) -> str:
    """Text as a YAML scalar: plain where that reads back the same, else quoted as JSON does."""
    harmless = re.fullmatch(r"[A-Za-z0-9_./][A-Za-z0-9_./@ ,:()+=-]*", text) and ": " not in text and not text.endswith((":", " "))
    # YAML has no escapes for half characters, which JSON writes others with
    return text if harmless and yaml.plain(text) == text else json.dumps(safe(text), ensure_ascii=False)


def extended(path: str, text: str, waivers: Iterable[Waiver]) -> str:
    """The file's text with new entries behind those it has; comments and entries stay as they are.

    Raises `ParseFailure` where the text is not a waiver file or writes its list in brackets.
    """
    new = sorted(waivers, key=lambda waiver: (waiver.where, waiver.rule))
    if not new:
        return text
    documents = yaml.parse(path, text)
    listed = yaml.get(documents[0].data, "waivers") if documents else None
    if not documents:
        return text + ("\n" if text and not text.endswith("\n") else "") + HEADER + "".join(map(written, new))
    if not isinstance(documents[0].data, yaml.Mapping) or "waivers" not in documents[0].data:
        raise ParseFailure("has no list called waivers to extend", documents[0].span)
    lines = text.splitlines(keepends=True)
    if listed is None:
        place, indent = documents[0].data.entry("waivers").line, "  "
    elif isinstance(listed, yaml.Sequence) and not _in_brackets(lines, listed):
        place, indent = listed.span.end_line, " " * (listed.span.column - 1)
    else:
        raise ParseFailure(
            "the list is written in brackets; write one entry a line to have it extended", documents[0].data.entry("waivers")
        )
    if lines and not lines[place - 1].endswith("\n"):
        lines[place - 1] += "\n"
    return "".join(lines[:place] + [written(waiver, indent) for waiver in new] + lines[place:])


def _in_brackets(lines: list[str], listed: yaml.Sequence) -> bool:
    return lines[listed.span.line - 1][listed.span.column - 1] == "["
