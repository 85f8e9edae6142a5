"""One pytest run with readiness on: the hooks that collect, run, record and report."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import pytest
from _pytest.skipping import evaluate_xfail_marks
from _pytest.skipping import xfailed_key

from . import builtin
from . import governance
from . import waivers as waiver_file
from .collection import Check
from .collection import FileNode
from .collection import Node
from .demands import demands
from .demands import lowest
from .demands import reports
from .diff import Diff
from .ending import Ending
from .freeze import HORIZON
from .freeze import Freezer
from .git import GitError
from .imports.imported import Imports
from .joined import OwnTests
from .model import Rule
from .opening import Opening
from .plan import Plan
from .plan import is_known
from .project import Project
from .records import Record
from .scope import Argument
from .scope import Scope
from .scope import arguments
from .scope import selects
from .text import safe
from .waivers import Waivers

if TYPE_CHECKING:
    from .live.session import Live

# marks that other phases of pytest's own protocol act on
PHASED = frozenset(("skip", "skipif", "xfail", "usefixtures", "timeout", "flaky"))


class Run:
    """State of one session; registered as a plugin when readiness is on."""

    plan: Plan  # from collection on

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.root = config.rootpath
        self.only: bool = config.getoption("readiness_only")
        self.strict_advice: bool = config.getini("readiness_strict_advice")
        self.one_phase = _one_phase(config.getini("readiness_protocol"))
        self.phased_in: pytest.Collector | None = None  # the file whose checks run in three phases from here on
        self.is_worker = hasattr(config, "workerinput")
        self.today = _date(config.getoption("readiness_today")) or datetime.date.today()  # noqa: DTZ011 - a waiver's day is a local one
        self.records: dict[str, Record] = {}
        self.took: dict[str, float] = {}  # seconds, by check
        self.deselected = 0
        self.stopped = ""  # why the run ended before its last check
        self.seconds: Counter[str] = Counter()  # running rules, by platform
        self.facts: dict[str, Any] = {}  # what xdist's workers looked at
        self.freezer = _freezer(config, self.today)
        self.ending = Ending(self)
        self.upkeep: str | None = config.getoption("readiness_waivers")
        self.gate = lowest(config)
        self.opening = Opening(config)
        self.packs = self.opening.packs
        self.settings = self.opening.settings
        self.reports = list(reports(config, self.packs.reports))
        self.live = self._live()
        self.tests = OwnTests(self)
        self.demands = demands(config, self.settings.policy)
        self.diff = _diff(config.getoption("readiness_diff"), self.root)

    @property
    def project(self) -> Project:
        """The project as the command line asks for it."""
        return self.opening.project

    # -- setting up

    def _live(self) -> Live | None:
        """The checks that the settings declare; nothing of these is imported where there are none."""
        document = self.settings.document
        declared = document.data.keys() & {"live", "evidence"} if document and isinstance(document.data, dict) else set()
        if document is None or not declared:
            return None
        from .live.session import Live

        live = Live(document, self.project, self.root, self.today)
        if live.mistakes:
            raise pytest.UsageError(*(safe(str(mistake)) for mistake in live.mistakes))
        return live

    def is_live(self) -> bool:
        """Whether what runs is to be contacted: only on purpose."""
        if self.config.getoption("readiness_live"):
            return True
        from .live.session import selects_live

        return selects_live(self.config.option.markexpr)

    def rules(self) -> tuple[Rule, ...]:
        """Every selected rule and those of the run itself, by id. No property: pytest 8.0 reads every attribute of a plugin."""
        imported = self.plan.imports.rules if hasattr(self, "plan") else ()
        found = {rule.id: rule for rule in (*self.tests.rules.values(), *self.opening.registry.rules, *governance.RULES, *imported)}
        return tuple(found[name] for name in sorted(found))

    # -- collecting

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Take the arguments that are ours out of pytest's hands; the same on xdist's controller and workers."""
        config = session.config
        if config.args_source is config.ArgsSource.TESTPATHS:
            directories, files, others = ["."], [], []
        else:
            args = list(arguments(config.args, config.invocation_params.dir, self.root.resolve()))
            known = [arg for arg in args if isinstance(arg, Argument)]
            files = [arg for arg in known if not arg.is_dir or arg.selector]
            directories = [arg.path for arg in known if arg not in files]
            others = [arg for arg in args if isinstance(arg, str)]
        if named := [path for path in (*(arg.path for arg in files), *directories) if path != "."]:
            self.opening.open(named)
        self.imports = Imports(self.settings.imports, self.project, self.today, builtin.platforms(), self.settings.priority)
        ours = [arg for arg in files if arg.path == "." or is_known(self.project, arg.path) or self._is_imported(arg)]
        if self.only:
            wrong = [f"{arg.text}: no infrastructure file that readiness knows" for arg in files if arg not in ours]
            if config.args_source is config.ArgsSource.ARGS:
                wrong += [f"file or directory not found below {self.root}: {text}" for text in others]
            if wrong:
                raise pytest.UsageError(*wrong)
        taken = {arg.text for arg in ours}
        config.args[:] = [] if self.only else [arg for arg in config.args if arg not in taken]
        self.plan = self._planned(Scope.of(directories, ours))
        for arg in ours:
            if arg.selector and not any(selects(arg.selector, check.name) for check in self.plan.checks(arg.path)):
                raise pytest.UsageError(f"not found: {arg.text}\n(no check of that name in {arg.path})")

    def _is_imported(self, arg: Argument) -> bool:
        """Whether an argument means what a tool found in a file that pytest does not collect itself."""
        found = self.imports.at(arg.path)
        named = any(arg.selector.partition("[")[0] == rule.id for rule, _ in found)
        return bool(found) and (named if arg.selector else self.only or not arg.path.endswith(".py"))

    def _planned(self, scope: Scope) -> Plan:
        waivers, failures = waiver_file.load(self.project)
        waivers += self.packs.waivers()
        plan = Plan(
            self.project,
            self.opening.registry,
            self.settings,
            Waivers(waivers, self.today, failures),
            scope,
            criteria=self.opening.criteria,
            imports=self.imports,
        )
        if self.live is not None:
            is_live = self.is_live()
            plan.declared = (*self.live.evidence, *(self.live.contacts if is_live else ()))
            plan.dormant = () if is_live else self.live.contacts
        return plan

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Iterator[None]:
        report: pytest.CollectReport = yield  # type: ignore[assignment]
        if isinstance(collector, pytest.Session) and report.passed:
            # what is wrong with a waiver is known when all else is collected, tests of the project as well
            found = (path for path in self.plan.files if path in waiver_file.NAMES or self.plan.checks(path))
            report.result = [*report.result, *((Node if path == "." else FileNode).of(collector, self, path) for path in found)]
        elif report.passed and not isinstance(collector, Node):
            self.tests.join(report)
        return report  # type: ignore[return-value]

    def pytest_report_header(self) -> list[str]:
        found = self.packs.installed()
        return [f"readiness packs: {', '.join(map(str, found))}"] if found else []

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.tests.leave_out_live(items)
        asked = self.config.getoption("readiness_live") and not self.is_worker
        if asked and not any(item.get_closest_marker("live") for item in items) and self.plan.scope.whole:
            raise pytest.UsageError("--readiness-live: readiness.yaml declares nothing below live, and no test has the mark of a live rule")

    def pytest_report_collectionfinish(self) -> list[str]:
        from .reports.terminal import collected

        return [] if self.is_worker else collected(self)

    # -- running

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Contact all that will be asked for at once; xdist's workers do not know yet what that is, and ask in turn."""
        if self.live is not None and not self.is_worker and not session.config.option.collectonly:
            self.live.start(item.resource for item in getattr(session, "items", ()) if isinstance(item, Check))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Run a check in one phase where nothing asks for the others: half the cost, the same reports."""
        if not isinstance(item, Check):
            return None
        junit = getattr(item.config.option, "xmlpath", None)
        if junit and not item.user_properties:
            item.user_properties.extend(item.properties())
        # what a check in three phases has set up stands until the last of its file tears it down
        if not self.one_phase or item.parent is self.phased_in or not _needs_one_phase(item):
            self.phased_in = item.parent
            return None
        item.stash[xfailed_key] = evaluate_xfail_marks(item)  # what pytest's setup would do for a known gap
        hook = item.ihook
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        call = pytest.CallInfo.from_call(item.runtest, when="call", reraise=(pytest.exit.Exception, KeyboardInterrupt))
        report = hook.pytest_runtest_makereport(item=item, call=call)
        hook.pytest_runtest_logreport(report=report)
        if call.excinfo is not None and not isinstance(call.excinfo.value, (pytest.skip.Exception, pytest.xfail.Exception)):
            hook.pytest_exception_interact(node=item, call=call, report=report)
        if junit:  # the JUnit plugin writes properties when it sees a teardown
            done = pytest.CallInfo.from_call(lambda: None, when="teardown")
            hook.pytest_runtest_logreport(report=hook.pytest_runtest_makereport(item=item, call=done))
        hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        report: pytest.TestReport = yield  # type: ignore[assignment]
        if isinstance(item, Check):
            item.complete(report)
        else:
            self.tests.complete(item, call, report)
        return report  # type: ignore[return-value]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if (record := getattr(report, "readiness", None)) is not None:
            self.records[record["id"]] = record
            self.took[record["id"]] = report.duration
            self.seconds[f"rules {record['rule'].partition('.')[0]}"] += report.duration  # type: ignore[assignment]

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        self.deselected += sum(isinstance(item, Check) or self.tests.has(item) for item in items)

    # -- reporting

    def looked_at(self) -> dict[str, Any]:
        """What the run looked at; on xdist's controller, what the workers looked at."""
        return self.facts or {**self.plan.looked_at(), "deselected": self.deselected, "seconds": dict(self.plan.seconds)}

    @property
    def partial(self) -> list[str]:
        """Why the checks that ran are not all there are; the verdict is on these alone then."""
        deselected = self.looked_at()["deselected"]
        return [
            *([self.stopped] if self.stopped else []),
            *([f"{deselected} {'check was' if deselected == 1 else 'checks were'} deselected"] if deselected else []),
            *(["a part of the root was asked for"] if not self.plan.scope.whole else []),
        ]

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Xdist's hook on the controller, called as each worker ends."""
        told = getattr(node, "workeroutput", {})
        self.facts = self.facts or told.get("readiness", {})
        if "readiness_tests" in told:
            self.tests.hear(told["readiness_tests"])

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.live is not None:
            self.live.finish()
        if not hasattr(self, "plan"):
            return  # pytest stopped before it collected
        if self.is_worker:
            told = session.config.workeroutput  # type: ignore[attr-defined]
            told["readiness"], told["readiness_tests"] = self.looked_at(), self.tests.told()
            return
        self.stopped = _stopped(session)
        if self.found_nothing and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
        if not session.config.option.collectonly:
            self.ending.conclude(session)

    @property
    def found_nothing(self) -> bool:
        """Whether a run over the whole root had nothing to judge: no infrastructure file, and nothing that was declared."""
        is_declared = self.plan.declared or self.imports.entries or self.tests.rules
        return self.plan.scope.whole and not self.looked_at()["files"] and not is_declared

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        from .reports.terminal import summary

        if hasattr(self, "plan") and not self.config.option.collectonly:
            summary(self, terminalreporter)
            for command in self.ending.commands():
                terminalreporter.write_line(command)


def _stopped(session: pytest.Session) -> str:
    """Why a run ended before its last check."""
    if session.exitstatus == pytest.ExitCode.INTERRUPTED:
        return "the run was interrupted"
    stop = session.shouldfail or session.shouldstop
    return f"the run was stopped: {stop}" if stop else ""


def _needs_one_phase(item: Check) -> bool:
    """Whether no mark needs setup or teardown; an unconditional xfail, such as a known gap's, does not."""
    marks = [mark for mark in item.iter_markers() if mark.name in PHASED]
    return all(mark.name == "xfail" and not mark.args and mark.kwargs.get("run", True) for mark in marks)


def _diff(base: str | None, root: Path) -> Diff | None:
    try:
        return Diff.of(root, base) if base else None
    except GitError as error:
        raise pytest.UsageError(f"--readiness-diff {safe(str(base))}: {safe(str(error))}") from None


def _one_phase(protocol: str) -> bool:
    if protocol not in ("fast", "pytest"):
        raise pytest.UsageError(f"readiness_protocol: must be fast or pytest, not {protocol!r}")
    return protocol == "fast"


def _freezer(config: pytest.Config, today: datetime.date) -> Freezer | None:
    """What ``--readiness-freeze`` and its companions ask for."""
    if not config.getoption("readiness_freeze"):
        return None
    owner = config.getoption("readiness_owner")
    if not owner:
        raise pytest.UsageError("--readiness-freeze needs --readiness-owner: somebody answers for each known gap")
    until = _date(config.getoption("readiness_until")) or today + HORIZON
    if until < today:
        raise pytest.UsageError(f"--readiness-until {until} has passed")
    return Freezer(today, owner, until, config.getoption("readiness_reason"))


def _date(text: str | None) -> datetime.date | None:
    if text is None:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise pytest.UsageError(f"{text!r} is not a date as YYYY-MM-DD") from None
