"""Imported results as checks: a resource and a rule for each, on the node of the file they are about."""

from __future__ import annotations

import datetime
import hashlib
import re
from bisect import bisect_left
from bisect import bisect_right
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from functools import cached_property
from functools import lru_cache
from typing import TYPE_CHECKING

from ..formats.secrets import masked
from ..model import Finding
from ..model import ParseFailure
from ..model import Priority
from ..model import Resource
from ..model import Rule
from ..model import Span
from ..text import brief
from ..text import safe
from ..unknown import Unresolved
from .entry import Entry
from .loading import Loaded
from .loading import Moment
from .loading import load
from .report import FAILED
from .report import LONGEST_TEXT
from .report import PASSED
from .report import SKIPPED
from .report import About
from .report import Log
from .report import Result

if TYPE_CHECKING:
    from ..project import Project

KIND = "import."  # of resources, with the tool behind it
CATEGORY = {"sarif": "Security & Compliance", "junit": "Testing"}
SEVERITIES = ((9.0, "CRITICAL", Priority.P0), (7.0, "HIGH", Priority.P1), (4.0, "MEDIUM", Priority.P2), (0.1, "LOW", Priority.P3))
LEVELS = {"error": Priority.P1, "warning": Priority.P2, "note": Priority.P3, "none": Priority.P3}
CLEAN = "clean"
LONGEST_HELP = 300
_MANY = 100  # resources in a region, of which none can be meant alone
_SECRETS = re.compile(r"secret|gitleaks|trufflehog", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_COLONS = re.compile(":{2,}")
_NO_GLOB = str.maketrans({"[": "(", "]": ")", "*": "_", "?": "_"})
_MARKUP = str.maketrans({"[": "(", "]": ")", "`": "'", "|": "/", "*": "", "<": "‹", ">": "›", "\\": "/"})


@dataclass(frozen=True, eq=False)
class Imported(Resource):
    """What a tool said of one place; ``rule_id`` is the rule's name in the tool."""

    rule_id: str
    outcome: str
    message: str
    place: Span
    reason: str = ""
    suppressed: bool = False
    log: int = 0  # which run it is of, in the order of all
    region: tuple[int, int] = (0, 0)

    @property
    def tool(self) -> str:
        """The name of the tool."""
        return self.kind.removeprefix(KIND)


def _told(resource: Imported) -> Iterator[Finding]:
    """The check of every imported rule: what the tool has found already."""
    if resource.outcome == FAILED:
        yield resource.finding(resource.message, resource.place)
    elif resource.outcome == SKIPPED:
        raise Unresolved(resource.reason)


def is_imported(resource: Resource) -> bool:
    """Whether a tool has judged the resource, and not a rule of ours."""
    return resource.kind.startswith(KIND)


@dataclass(frozen=True)
class Judged:
    """What a run says of a file besides its results: the rules that it had, and whether it looked at all of the file.

    Else it knows only the things that it reports something about.
    """

    log: int
    tool: str
    rules: frozenset[str]
    whole: bool


class Imports:
    """Everything that the entries of a project bring, read when it is first asked for."""

    def __init__(
        self,
        entries: Sequence[Entry],
        project: Project,
        today: datetime.date | None = None,
        platforms: Iterable[str] = (),
        override: Callable[[Rule], Priority] = lambda rule: rule.priority,
    ) -> None:
        self.entries = tuple(entries)
        self._project = project
        self._today = today or datetime.date.today()  # noqa: DTZ011 - the run's day is a local one
        self._platforms = frozenset(platforms)
        self._override = override
        self._rules: dict[tuple[str, Priority], Rule] = {}
        self._sources: dict[str, list[str]] = {}
        self._heads: dict[str, tuple[list[int], list[str]]] = {}

    @cached_property
    def loaded(self) -> tuple[Loaded, ...]:
        """The entries, read."""
        if not self.entries:
            return ()
        at = Moment.of(self._project, self._today)
        return tuple(load(entry, self._project, at, self._platforms) for entry in self.entries)

    @property
    def paths(self) -> frozenset[str]:
        """The files that have imported checks."""
        return frozenset(self._by_path)

    @property
    def files(self) -> frozenset[str]:
        """The files that are imported."""
        return frozenset(entry.file for entry in self.entries)

    def at(self, path: str) -> Sequence[tuple[Rule, Imported]]:
        """The imported checks of a file."""
        return self._by_path.get(path, ())

    def judged(self, path: str) -> Iterator[Judged]:
        """The runs that looked at a file and can be trusted, with the rules they had."""
        for number, (log, rules) in self._trusted.items():
            if path in log.judged:
                yield Judged(number, log.tool, rules, path in log.listed)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The imported rules, each with its most urgent priority."""
        assert self._by_path is not None
        found: dict[str, Rule] = {}
        for rule in sorted(self._rules.values(), key=lambda rule: rule.priority):
            found.setdefault(rule.id, rule)
        return tuple(found[id] for id in sorted(found))

    @cached_property
    def _logs(self) -> list[tuple[Loaded, Log]]:
        return [(loaded, log) for loaded in self.loaded for log in loaded.logs]

    @cached_property
    def _trusted(self) -> Mapping[int, tuple[Log, frozenset[str]]]:
        return {
            number: (log, frozenset(about.id for about in (*log.clean, *(result.about for result in log.results)) if about.ran))
            for number, (loaded, log) in enumerate(self._logs)
            if not loaded.doubt
        }

    @cached_property
    def _by_path(self) -> dict[str, list[tuple[Rule, Imported]]]:
        found: dict[str, list[tuple[Rule, Imported]]] = {}
        for number, (loaded, log) in enumerate(self._logs):
            seen: set[Result] = set()
            for result in log.results:
                if result not in seen and loaded.entry.wants(result.about.id, result.path or result.place):
                    seen.add(result)
                    made = self._imported(loaded.entry, log, number, result)
                    found.setdefault(made[1].path, []).append(made)
            for about in log.clean:
                if loaded.entry.lists(about.id):
                    found.setdefault(loaded.entry.file, []).append(self._clean(loaded, log, number, about))
        return found

    # -- one result

    def _imported(self, entry: Entry, log: Log, number: int, result: Result) -> tuple[Rule, Imported]:
        path, outside = result.path or entry.file, result.place
        if not result.path:
            outside += f", line {result.line}" if outside and result.line > 1 else ""  # 1 is what is written of an image or archive
            result = replace(result, line=0, column=0, end_line=0, end_column=0)
        place = Span(path, result.line, result.column, result.end_line, result.end_column)
        if result.line and not result.end_column:
            place = place._replace(end_column=max(len(self._line(path, result.end_line)) + 1, result.column + 1))
        head = place._replace(end_line=place.line, end_column=place.end_column if place.end_line == place.line else place.column + 1)
        message = brief(masked(result.message[: 4 * LONGEST_TEXT]), LONGEST_TEXT)
        if outside and not result.path:
            message = f"{brief(outside, 200)}: {message}"
        made = Imported(
            f"{KIND}{log.tool}",
            self._name(path, result),
            head if result.line else Span(path),
            rule_id=result.about.id,
            outcome=result.outcome,
            message=safe(message),
            place=place,
            reason=safe(brief(f"suppressed {result.reason}" if result.suppressed else result.reason, LONGEST_TEXT)),
            suppressed=result.suppressed,
            log=number,
            region=(result.line, max(result.line, result.end_line)),
        )
        return self._rule(entry, log, result.about, self._priority(entry, log, result)), made

    def _clean(self, loaded: Loaded, log: Log, number: int, about: About) -> tuple[Rule, Imported]:
        path = loaded.entry.file
        result = Result(about, PASSED, "", level=about.level, severity=about.severity)
        made = Imported(
            f"{KIND}{log.tool}",
            CLEAN,
            Span(path),
            rule_id=about.id,
            outcome=SKIPPED if loaded.doubt else PASSED,
            message="",
            place=Span(path),
            reason=safe(loaded.doubt),
            log=number,
        )
        return self._rule(loaded.entry, log, about, self._priority(loaded.entry, log, result)), made

    def _priority(self, entry: Entry, log: Log, result: Result) -> Priority:
        severity = next(((word, priority) for bound, word, priority in SEVERITIES if result.severity >= bound), None)
        words = [
            result.about.id,
            rule_id(log.tool, result.about.id),
            result.level,
            *result.about.tags,
            *([severity[0]] if severity else ()),
        ]
        told = entry.priority(words)
        if told is not None:
            return told
        return severity[1] if severity else LEVELS.get(result.level, Priority.P2)

    def _rule(self, entry: Entry, log: Log, about: About, priority: Priority) -> Rule:
        id = rule_id(log.tool, about.id)
        if (id, priority) not in self._rules:
            title = _prose(about.title or about.id, 200).rstrip(".")
            why = _prose(about.why or about.title or about.help or about.id, LONGEST_TEXT)
            made = Rule(
                id=id,
                priority=priority,
                on=(f"{KIND}{log.tool}",),
                category=entry.category or CATEGORY[log.kind],
                title=title,
                why=why,
                remedy=_remedy(log, about),
                check=_told,
                check_needs_project=False,
                secret=any(_SECRETS.search(text) for text in (log.tool, about.id, *about.tags)),
                source=entry.file,
                pack=safe(log.tool)[:100],
                pack_version=safe(log.version)[:100],
            )
            self._rules[id, priority] = replace(made, priority=self._override(made))
        return self._rules[id, priority]

    # -- names that do not change when lines move

    def _name(self, path: str, result: Result) -> str:
        """What the tool calls the thing or the result, the resource that its region holds, or the text of its line."""
        if result.logical:
            return brief(result.logical, 150)
        if result.fingerprint:
            return _digest(result.fingerprint)
        line = self._line(path, result.line).strip()
        seen = result.excerpt.partition("\n")[0]
        if seen and (not line or (seen not in line and line not in seen)):  # of what is made from the file, or of one that is not here
            return _digest(f"{result.place}\n{result.message}\n{result.excerpt}")
        if name := self._held(path, result):
            return name
        return _digest(f"{result.place}\n{result.message}\n{line}")

    def _held(self, path: str, result: Result) -> str:
        """The resource whose head is in a region of several lines, with all others there being parts of it."""
        if not result.path or result.end_line <= result.line:
            return ""
        lines, names = self.heads(path)
        first, last = bisect_left(lines, result.line), bisect_right(lines, result.end_line)
        if not first < last <= first + _MANY:
            return ""
        name = names[first]
        return name if all(other == name or other.startswith(f"{name}/") for other in names[first:last]) else ""

    def heads(self, path: str) -> tuple[list[int], list[str]]:
        """The lines where resources of ours begin in a file, and their names."""
        if path not in self._heads:
            contents = self._project.contents(path)
            heads = sorted((r.span.line, len(r.name), r.name) for r in (contents.resources if contents else ()) if r.path == path)
            self._heads[path] = [line for line, _, _ in heads], [name for _, _, name in heads]
        return self._heads[path]

    def _line(self, path: str, number: int) -> str:
        """A line of a file, without what it ends with; empty where it has none of that number."""
        if path not in self._sources:
            try:
                self._sources[path] = self._project.text(path).split("\n") if path not in self.files else []
            except ParseFailure:
                self._sources[path] = []
        lines = self._sources[path]
        return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""


@lru_cache(maxsize=4096)
def rule_id(tool: str, name: str) -> str:
    """A rule of a tool among ours: ``trivy.KSV012``."""
    name = _SPACES.sub("-", name.removeprefix(f"{tool}/").strip())
    name = safe(name).translate(_NO_GLOB).strip(".")
    name = _COLONS.sub(":", name) or "nameless"
    return f"{tool}.{name if len(name) <= 150 else f'{name[:150]}...{_digest(name)}'}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def _prose(text: str, width: int) -> str:
    """Words of a tool as plain text, without what a report would take for markup."""
    return safe(brief(masked(text[: 4 * width]).translate(_MARKUP).lstrip("#-+=~ "), width))


def _remedy(log: Log, about: About) -> str:
    """A short help that says more than the title does, where it is read about, or the least that can be said."""
    help = " ".join(about.help.split()).rstrip(".")
    if (
        help
        and len(help) <= LONGEST_HELP
        and not (about.why or about.title).startswith(help)
        and not (about.title and help.startswith(about.title))
    ):
        return _prose(help, LONGEST_HELP)
    if about.uri.startswith(("https://", "http://")):
        return f"see {_prose(about.uri, LONGEST_HELP)}"
    return "mend what the message names" if log.kind == "sarif" else "make the test pass"
