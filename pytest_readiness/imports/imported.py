"""Imported results as checks: a resource and a rule for each, on the node of the file they are about."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from ..formats.secrets import masked
from ..model import Priority
from ..model import Resource
from ..model import Rule
from ..model import Span
from ..text import brief
from ..text import safe
from .entry import Entry
from .loading import Loaded
from .loading import Moment
from .loading import load
from .names import Names
from .report import LONGEST_TEXT
from .report import PASSED
from .report import SKIPPED
from .report import About
from .report import Log
from .report import Result
from .rules import KIND
from .rules import priority_of
from .rules import rule_id
from .rules import rule_of

if TYPE_CHECKING:
    from ..project import Project

CLEAN = "clean"


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


def is_imported(resource: Resource) -> bool:
    """Whether a tool has judged the resource, and not a rule of ours."""
    return resource.kind.startswith(KIND)


@dataclass(frozen=True)
class Judged:
    """What a run says of a file besides its results: the rules that it had, and whether it looked at the whole file.

    Where it did not, it knows only the things that it reports something about.
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
        self.names = Names(project, self.files)

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
        used = {rule for made in self._by_path.values() for rule, _ in made}
        found = {rule.id: rule for rule in sorted(used, key=lambda rule: rule.priority, reverse=True)}
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
            place = place._replace(end_column=max(len(self.names.line(path, result.end_line)) + 1, result.column + 1))
        head = place._replace(end_line=place.line, end_column=place.end_column if place.end_line == place.line else place.column + 1)
        message = brief(masked(result.message[: 4 * LONGEST_TEXT]), LONGEST_TEXT)
        if outside and not result.path:
            message = f"{brief(outside, 200)}: {message}"
        made = Imported(
            f"{KIND}{log.tool}",
            self.names.of(path, result),
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
        return self._rule(entry, log, result), made

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
        return self._rule(loaded.entry, log, result), made

    def _rule(self, entry: Entry, log: Log, result: Result) -> Rule:
        """The rule of a result, one for each priority."""
        key = rule_id(log.tool, result.about.id), priority_of(entry, log.tool, result)
        if key not in self._rules:
            made = rule_of(entry, log, result.about, key[1])
            self._rules[key] = replace(made, priority=self._override(made))
        return self._rules[key]
