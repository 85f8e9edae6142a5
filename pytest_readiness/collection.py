"""The pytest nodes: a file (or the repository) and, below it, one item for each rule and resource."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import pytest
from _pytest._code.code import ReprEntryNative
from _pytest._code.code import ReprExceptionInfo
from _pytest._code.code import ReprFileLocation
from _pytest._code.code import ReprTraceback

from . import governance
from .checks import Outcome
from .checks import evaluate
from .excerpt import excerpt
from .imports.imported import is_imported
from .imports.witnesses import Witness
from .imports.witnesses import contradictions
from .model import DeclaredCheck
from .model import Finding
from .model import ParseFailure
from .model import Priority
from .model import Resource
from .model import Rule
from .model import Span
from .model import Waiver
from .records import record
from .text import REPOSITORY
from .text import brief
from .text import node_path
from .text import place
from .text import safe

if TYPE_CHECKING:
    from _pytest._code.code import TerminalRepr

    from .plan import Planned
    from .run import Run

SHOWN = 20  # findings of one check that are printed; the reports have all of them


class ReadinessFailure(Exception):
    """A check has findings; the only exception a waiver absorbs."""


class Node(pytest.Collector):
    """A file's (or the repository's) checks. Its children are made when pytest asks for them."""

    run: Run
    path_in_project: str

    @classmethod
    def of(cls, session: pytest.Session, run: Run, path: str) -> Node:
        """The node of a path in the project; ``.`` is the repository itself."""
        name = REPOSITORY if path == "." else node_path(path)
        node: Node = cls.from_parent(session, name=name, nodeid=name, path=run.root if path == "." else run.root / path)
        node.run, node.path_in_project = run, path
        return node

    def collect(self) -> Iterable[Check]:
        plan, path = self.run.plan, self.path_in_project
        return [Check.of(self, planned) for planned in plan.checks(path) if plan.scope.wants(path, planned.name)]


class FileNode(Node, pytest.File):
    """A node for a real file, so that ``--lf`` can leave out the files in which nothing failed."""


@cache
def _marks(priority: Priority, category: str) -> tuple[pytest.Mark, ...]:
    """The marks of all checks of a priority and category; shared, since there are many checks."""
    own = getattr(pytest.mark, priority.name.lower()).mark
    return (pytest.mark.readiness(priority=priority.name, category=category).mark, own)


class Check(pytest.Item):
    """One rule on one resource."""

    rule: Rule
    resource: Resource
    run: Run
    waiver: Waiver | None = None
    outcome: Outcome | None = None
    witnesses: tuple[Witness, ...] = ()

    @classmethod
    def of(cls, parent: Node, planned: Planned) -> Check:
        """The item of a check, marked, and expected to fail where a waiver in force covers it."""
        name, where, rule, resource, excuse, witnesses = planned
        check: Check = cls.from_parent(parent, name=name, nodeid=f"{parent.nodeid}::{name}")
        check.rule, check.resource, check.run, check.witnesses = rule, resource, parent.run, witnesses
        check.own_markers.extend(_marks(rule.priority, rule.category))
        if isinstance(resource, DeclaredCheck):
            check.own_markers.append(getattr(pytest.mark, resource.mark).mark)
        if resource.third_party:
            check.own_markers.append(pytest.mark.third_party.mark)
        waivers = parent.run.plan.waivers
        if (waivers.all or excuse) and rule not in (governance.WAIVER, governance.EXPECT) and resource.kind != governance.SAMPLE:
            check.waiver = waivers.find(rule, parent.path_in_project, where) or excuse
            if check.waiver is not None and not waivers.lapsed(check.waiver):
                reason = f"known gap: {safe(check.waiver.reason)} ({safe(check.waiver.owner)}, until {check.waiver.until})"
                check.add_marker(pytest.mark.xfail(strict=True, raises=ReadinessFailure, reason=reason))
        return check

    @cached_property
    def location(self) -> tuple[str, int | None, str]:
        """Where the check is reported; pytest would compute the relative path once more for every item."""
        span = self.resource.span
        # were the name the end of the node id, -v would show :: for its dots
        return node_path(span.path), max(span.line - 1, 0), f"{self.nodeid} ({self.rule.priority.name})"

    def reportinfo(self) -> tuple[Path, int, str]:
        path, line, name = self.location
        return self.run.root / path, line or 0, name

    def runtest(self) -> None:
        outcome = evaluate(self.rule, self.resource, self.run.project, strict_advice=self.run.strict_advice)
        outcome = self.outcome = self._confirmed(outcome)
        if outcome.crash is not None:
            raise outcome.crash
        if outcome.failing:
            if self.waiver is None and (excuse := self._excuse(outcome)):
                raise pytest.xfail.Exception(f"{excuse}: {self.message(outcome.failing[0])}")
            raise ReadinessFailure(self.message(outcome.failing[0]))
        if outcome.unknown is not None:
            raise pytest.skip.Exception(f"unknown: {safe(brief(outcome.unknown))}", _use_item_location=True)
        if self.waiver is not None and self.run.plan.waivers.lapsed(self.waiver):
            raise ReadinessFailure(f"{self.resource.span}: {self.closed_gap}")

    def _confirmed(self, outcome: Outcome) -> Outcome:
        """The outcome with what the witnesses contradict, as advice."""
        said = tuple(contradictions(self.resource, outcome, self.witnesses))
        if not said:
            return outcome
        if self.run.strict_advice:
            return replace(outcome, failing=(*outcome.failing, *(replace(finding, advice=False) for finding in said)))
        return replace(outcome, advice=(*outcome.advice, *said))

    def _excuse(self, outcome: Outcome) -> str:
        """Why a check that fails is not to turn this run red, empty where it is."""
        run = self.run
        if run.gate is not None and self.rule.priority > run.gate:
            return "below the gate"
        is_of_files = not isinstance(self.resource, DeclaredCheck) and self.rule is not governance.IMPORT
        if run.diff is not None and is_of_files and not run.diff.concerns(self.resource, outcome.failing, run.project):
            return f"not changed since {safe(run.diff.base)}"
        return ""

    # -- what the user reads

    @property
    def closed_gap(self) -> str:
        """What to do with a waiver whose check passes."""
        assert self.waiver is not None
        return f"the gap is closed: delete the waiver at {safe(str(self.waiver.span))}"

    def message(self, finding: Finding) -> str:
        """A finding on one line: place, priority, rule, message."""
        made = "rendered from " if self.resource.home and not finding.span.line else ""
        return f"{made}{_shown(finding.span)}: {self.rule.priority.name} {self.rule.id}: {safe(finding.message)}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str | TerminalRepr:
        if isinstance(excinfo.value, (ReadinessFailure, pytest.xfail.Exception)):
            return self._told(self._explanation(str(excinfo.value)), str(excinfo.value))
        if isinstance(excinfo.value, ParseFailure):  # what a check needed could not be read; no bug of its rule
            finding = Finding(excinfo.value.reason, excinfo.value.span)
            return self._told([self.message(finding), *self._excerpt(finding), f"remedy: {self.rule.remedy}"], self.message(finding))
        traceback = str(super().repr_failure(excinfo, style)).split("\n")  # may quote what was scanned
        return self._told(map(safe, traceback), safe(excinfo.exconly()))

    def _told(self, lines: Iterable[str], message: str) -> ReprExceptionInfo:
        """Lines for people and a short message for JUnit and the summary, in the shape that xdist carries over whole."""
        entry = ReprEntryNative([f"{line}\n" for line in lines])
        crash = ReprFileLocation(node_path(self._place.path), self._place.line, message)
        return ReprExceptionInfo(reprtraceback=ReprTraceback([entry], None, "native"), reprcrash=crash)

    @property
    def _place(self) -> Span:
        """Where a failure is reported: at its first finding, not at the resource's head."""
        failing = self.outcome.failing if self.outcome else ()
        return failing[0].span if failing else self.resource.span

    def _explanation(self, message: str) -> Iterator[str]:
        assert self.outcome is not None
        failing = self.outcome.failing
        if not failing:
            yield message
            return
        for finding in failing[:SHOWN]:
            yield self.message(finding)
            yield from self._excerpt(finding)
        if len(failing) > SHOWN:
            yield f"... and {len(failing) - SHOWN} more findings of this check"
        yield f"remedy: {self.rule.remedy}"
        if found := [
            f"{witness.tool} ({safe(witness.rule.removeprefix(f'{witness.tool}/'))})" for witness in self.witnesses if witness.found
        ]:
            yield f"found by {', '.join(found)} as well"
        if self.rule.platform != governance.PARSES.platform and not is_imported(self.resource):
            yield f"page:   pytest --readiness-explain {self.rule.id}"
        if self.waiver is not None and self.run.plan.waivers.lapsed(self.waiver):
            yield f"the waiver at {safe(str(self.waiver.span))} ({safe(self.waiver.owner)}) lapsed: it held until {self.waiver.until}"

    def _excerpt(self, finding: Finding) -> Iterator[str]:
        if not finding.span.line:
            return
        try:
            project, path = self.run.project, finding.span.path
            format_ = project.format_of(path)
            alone = format_ is not None and format_.private
            yield from excerpt(project.text(path), finding.span, secret=self.rule.secret, alone=alone)
        except ParseFailure:
            return

    # -- what reports read

    def complete(self, report: pytest.TestReport) -> None:
        """Give pytest's report of a phase what it lacks: the record, the place, and that a crash is an error."""
        crash = self.outcome.crash if self.outcome else None
        crashed = crash is not None
        if report.when != "call" and not (report.when == "setup" and not report.passed):
            return
        closed = report.failed and isinstance(report.longrepr, str) and report.longrepr.startswith("[XPASS(strict)]")
        if closed and self.waiver is not None:
            closing = f"[XPASS(strict)] {safe(str(self.resource.span))}: {self.rule.id}: {self.closed_gap}"
            report.longrepr = self._told([closing], closing)
        outcome = self.outcome or Outcome()
        result = record(self.nodeid, self.rule, self.resource, outcome, self.waiver, excerpt=self._excerpt, witnesses=self.witnesses)
        result["outcome"], result["reason"] = _judged(report, closed=closed, crashed=crashed)
        if crashed and result["outcome"] == "error":
            told = str(crash) if isinstance(crash, ParseFailure) else f"{type(crash).__name__}: {crash}"
            result["reason"] = safe(brief(told))
        if (measured := result["measured"]) is not None and getattr(self.config.option, "xmlpath", None):
            self.user_properties.extend((key, "" if value is None else str(value)) for key, value in measured.items())
        report.readiness = result  # type: ignore[attr-defined]
        if report.failed and crashed:
            report.when = "setup"  # pytest counts what fails before the call as an error
        if report.failed and not crashed and self._place.line:
            report.location = (node_path(self._place.path), self._place.line - 1, report.location[2])

    def properties(self) -> list[tuple[str, object]]:
        """What a JUnit consumer may want to filter or show."""
        return [
            ("rule", self.rule.id),
            ("priority", self.rule.priority.name),
            ("category", self.rule.category),
            ("resource", safe(self.resource.name)),
            *([("environment", safe(self.resource.for_environment))] if self.resource.for_environment else []),
            ("file", safe(self.resource.path)),
            ("line", self.resource.span.line or ""),
            ("remedy", self.rule.remedy),
        ]


def _shown(span: Span) -> str:
    return place(span.path) if span.path == "." else safe(str(span))


def _judged(report: pytest.TestReport, *, closed: bool, crashed: bool) -> tuple[str, str | None]:
    """A record's outcome and reason from what pytest made of the check."""
    expected = getattr(report, "wasxfail", None)
    if closed:
        return "xpassed", str(report.longrepr)
    if expected is not None:
        return ("xfailed" if report.skipped else "xpassed"), expected.removeprefix("reason: ")
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        return "skipped", re.sub(r"^Skipped: ", "", reason)
    if report.failed and (crashed or report.when == "setup"):
        lines = str(report.longrepr).strip().splitlines()
        return "error", safe(lines[-1]) if lines else "error"
    if report.failed:
        return "failed", safe(report.longrepr.reprcrash.message) if hasattr(report.longrepr, "reprcrash") else safe(str(report.longrepr))  # type: ignore[union-attr]
    return "passed", None
