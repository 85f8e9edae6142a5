"""The declared checks as resources that rules judge."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import replace
from functools import cached_property
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from ..model import DeclaredCheck
from ..model import Finding
from ..model import ParseFailure
from ..project import Project
from ..rules.live import KIND
from ..unknown import Unresolved
from .contact import Job
from .contact import Line
from .entries import Declared
from .entries import Entry
from .entries import Kind
from .entries import Surroundings
from .kinds import KINDS
from .measure import Judged
from .measure import Measured


@dataclass(frozen=True, eq=False)
class LiveCheck(DeclaredCheck):
    """One declared check; found out when it is asked for, once. ``line`` is that of its target and ``job`` what it asks there."""

    judge: Callable[[], Judged]
    mask: Callable[[str], str] = str
    line: Line | None = None
    job: Job | None = None

    @cached_property
    def judged(self) -> Judged:
        """What came of it."""
        return self.judge()

    @property
    def measured(self) -> Mapping[str, Any] | None:
        """Target against actual, once it is known."""
        found: Measured | None = self.judged.measured if "judged" in self.__dict__ else None
        return None if found is None else {key: self.mask(v) if isinstance(v, str) else v for key, v in found.record().items()}

    def findings(self) -> Iterator[Finding]:
        """What fails it; raises `Unresolved` where it could not be asked, `ParseFailure` where its answer cannot be judged."""
        judged = self.judged
        yield from (self.advice(self.mask(advice)) for advice in judged.advice)
        yield from (self.finding(self.mask(problem)) for problem in judged.problems)
        if judged.error is not None:
            raise ParseFailure(self.mask(judged.error), self.span)
        if judged.unknown is not None:
            raise Unresolved(self.mask(judged.unknown))


def evidence(declared: Declared, root: Path, now: datetime.datetime) -> Iterator[LiveCheck]:
    """The checks that need nothing but files."""
    from .evidence import judge

    for entry in declared.evidence:
        judging = partial(judge, entry, root, now)
        yield LiveCheck(KIND, entry.name, entry.span, entry.rule, "evidence", entry.priority, judge=judging)


def contacts(declared: Declared, around: Surroundings) -> Iterator[LiveCheck]:
    """The checks that contact something: for each target whether it can be reached, then its own."""
    for target in declared.targets:
        kind = KINDS[target.kind]
        reach = Job(lambda client: client.reach(), target.timeout, prepare=partial(_import, kind.modules))
        line = Line(target.name, partial(kind.open, target, around), reach, around.mask, target.patience)
        yield _contact(Entry("live.reachable", target.name, target.span, {}, target), line, reach, around.mask)
        for entry in declared.checks:
            if entry.target is target:
                yield _contact(entry, line, _job(entry, kind, around.project), around.mask)


def _import(names: Iterable[str]) -> None:
    """Import what threads need before they are there: pytest parses what it imports, which fails on Python 3.11 where two threads do."""
    for name in names:
        with suppress(ImportError):  # whoever opens the target has a message for it
            module = import_module(name.removesuffix(".*"))
            _import(f"{module.__name__}.{below.name}" for below in iter_modules(module.__path__ if name.endswith(".*") else ()))


def _job(entry: Entry, kind: Kind, project: Project) -> Job:
    assert entry.target is not None
    prepared: list[Entry] = []

    def prepare() -> None:
        prepared.append(replace(entry, prepared=kind.prepare(entry, project)))

    return Job(lambda client: kind.ask(prepared[0], client), entry.target.budget, partial(kind.despite, entry), prepare)


def _contact(entry: Entry, line: Line, job: Job, mask: Callable[[str], str]) -> LiveCheck:
    judging = partial(line.result, job)
    return LiveCheck(KIND, entry.name, entry.span, entry.rule, "live", entry.priority, judge=judging, mask=mask, line=line, job=job)


def start(checks: Iterable[LiveCheck]) -> None:
    """Contact the targets of checks that are about to be asked for, all at once."""
    wanted: dict[Line, list[Job]] = {}
    for check in checks:
        if check.line is not None and check.job is not None:
            wanted.setdefault(check.line, []).append(check.job)
    for line, jobs in wanted.items():
        line.want(jobs)
