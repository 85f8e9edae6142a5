"""One pytest run with readiness on: the hooks that collect, run, record and report."""

from __future__ import annotations

import datetime
import re
import time
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from . import governance
from . import settings as settings_file
from . import waivers as waiver_file
from .authoring import RuleError
from .checks import applies
from .collection import Check
from .collection import FileNode
from .collection import Node
from .formats.base import Format
from .governance import ExpectedFiles
from .governance import JudgedFile
from .governance import WaiverEntry
from .model import ParseFailure
from .model import Resource
from .model import Rule
from .model import Span
from .model import Waiver
from .project import Project
from .records import Record
from .records import document
from .registry import Registry
from .scope import Argument
from .scope import Scope
from .scope import arguments
from .scope import not_found
from .scope import selects
from .text import parameter
from .text import place
from .text import safe
from .tree import DiskTree
from .waivers import Waivers

# marks that other phases of pytest's own protocol act on; checks without them need one phase only
PHASED = frozenset(("skip", "skipif", "xfail", "usefixtures", "timeout", "flaky"))


class Run:
    """State of one session; registered as a plugin when readiness is on."""

    project: Project
    waivers: Waivers
    scope: Scope

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
        self.durations: Counter[str] = Counter()
        self.facts: dict[str, Any] = {}
        self._checks: dict[str, list[tuple[Rule, Resource]]] = {}
        self._waiver_failures: list[ParseFailure] = []
        self.freezer = _freezer(config, self.today)
        self.reports = list(_requested_reports(config))
        self.open_project(())
        self.settings = self._settings()

    # -- setting up

    def open_project(self, named: Iterable[str]) -> None:
        """Look at the root afresh, with files and directories that the command line names."""
        within = self.config.getini("readiness_paths")
        missing = [path for path in within if not (self.root / path).exists()]
        if missing:
            raise pytest.UsageError(f"readiness_paths: there is no {', '.join(missing)} below {self.root}")
        tree = DiskTree(self.root, within=within, exclude=self.config.getini("readiness_exclude"), named=named)
        self.project = Project(tree, self.formats())

    def formats(self) -> list[Format]:
        found = self.config.hook.pytest_readiness_formats(config=self.config)
        return [format_ for formats in found for format_ in formats]

    def _settings(self) -> settings_file.Settings:
        try:
            settings = settings_file.load(self.project)
        except ParseFailure as failure:
            raise pytest.UsageError(safe(str(failure))) from None
        self.registry = Registry(self._gather, settings, self._modify)
        if settings.document is not None:
            rules = self._all_rules() if settings.names_rules else ()
            names = [format_.name for format_ in self.project.formats]
            if mistakes := settings_file.mistakes(settings, rules, names):
                raise pytest.UsageError(*(safe(str(mistake)) for mistake in mistakes))
        return settings

    def _gather(self, platform: str | None) -> Iterator[Rule]:
        try:
            for rules in self.config.hook.pytest_readiness_rules(config=self.config, platform=platform):
                yield from rules
        except RuleError as error:
            raise pytest.UsageError(str(error)) from None

    def _modify(self, rules: list[Rule]) -> None:
        self.config.hook.pytest_readiness_modify_rules(config=self.config, rules=rules)

    def _all_rules(self) -> tuple[Rule, ...]:
        return Registry(self._gather, settings_file.Settings()).rules

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every selected rule and those of the run itself, by id."""
        return tuple(sorted((*self.registry.rules, *governance.RULES), key=lambda rule: rule.id))

    # -- collecting

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Take the arguments that are ours out of pytest's hands; the same on xdist's controller and workers."""
        config = session.config
        directory = config.invocation_params.dir
        if config.args_source is config.ArgsSource.TESTPATHS:
            directories, args = ["."], []
        else:
            args = list(arguments(config.args, directory, self.root.resolve()))
            directories = [arg.path for arg in args if isinstance(arg, Argument) and arg.is_dir and not arg.selector]
        files = [arg for arg in args if isinstance(arg, Argument) and not (arg.is_dir and not arg.selector)]
        named = [arg.path for arg in files] + [path for path in directories if path != "."]
        if named:
            self.open_project(named)
        ours = [arg for arg in files if arg.path == "." or self.is_ours(arg.path)]
        if self.only and (others := [arg.text for arg in files if arg not in ours]):
            raise pytest.UsageError(*(f"{text}: no infrastructure file that readiness knows" for text in others))
        if self.only and config.args_source is config.ArgsSource.ARGS and (missing := [arg for arg in args if isinstance(arg, str)]):
            raise pytest.UsageError(*(f"file or directory not found below {self.root}: {text}" for text in missing))
        selections: dict[str, set[str]] = {}
        for arg in ours:
            selections.setdefault(arg.path, set()).update({arg.selector} - {""})
        self.scope = Scope(tuple(directories), selections)
        taken = {arg.text for arg in ours}
        config.args[:] = [] if self.only else [arg for arg in config.args if arg not in taken]
        waivers, self._waiver_failures = waiver_file.load(self.project)
        more = config.hook.pytest_readiness_waivers(config=config)
        self.waivers = Waivers([*waivers, *(waiver for found in more for waiver in found)], self.today)
        for arg in ours:
            if arg.selector and not any(selects(arg.selector, name) for name, _, _ in Node.of(session, self, arg.path).named()):
                raise not_found(arg)

    def is_ours(self, path: str) -> bool:
        """Whether a file has checks or could have: its format is known, or it is a file of the run itself."""
        return path in (*settings_file.NAMES, *waiver_file.NAMES) or self.project.format_of(path) is not None or self._is_near_ours(path)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Iterator[None]:
        report: pytest.CollectReport = yield  # type: ignore[assignment]
        if isinstance(collector, pytest.Session) and report.passed:
            report.result = [*report.result, *self.nodes(collector)]
        return report  # type: ignore[return-value]

    def nodes(self, session: pytest.Session) -> Iterator[Node]:
        """A node for every file in scope that has checks, the repository's first and the waivers' last."""
        found = self.project.paths if self.scope.directories else sorted(self.scope.files.keys() - {"."})
        paths = [path for path in found if self.scope.includes(path) and self.is_ours(path)]
        if self.scope.includes("."):
            paths.insert(0, ".")
        for path in sorted(paths, key=lambda path: path in waiver_file.NAMES):
            if self.checks(path):
                yield (Node if path == "." else FileNode).of(session, self, path)

    def checks(self, path: str) -> list[tuple[Rule, Resource]]:
        """Every check of a file (``.``: of the repository), in the order of its resources."""
        if path not in self._checks:
            started = time.perf_counter()
            self._checks[path] = list(self._find_checks(path))
            format_ = None if path == "." else self.project.format_of(path)
            self.durations[format_.name if format_ else "repository"] += time.perf_counter() - started  # type: ignore[assignment]
        return self._checks[path]

    def _find_checks(self, path: str) -> Iterator[tuple[Rule, Resource]]:
        if path in settings_file.NAMES:
            for expected in self.settings.expect if self.scope.whole or path in self.scope.files else ():
                actual = len(self.project.files(expected.format))
                yield governance.EXPECT, ExpectedFiles("readiness.expectation", expected.format, expected.span, expected, actual)
        elif path in waiver_file.NAMES:
            yield from self._waiver_checks(path)
        elif path == ".":
            yield from self._rules_on(self.project.repository if self.has_files else ())
        else:
            contents = self.project.contents(path)
            failures, unjudged = (contents.failures, contents.unjudged) if contents else (self._unreadable(path), None)
            if failures or unjudged:
                place = min((f.span for f in failures if f.span.path == path), default=Span(path))
                yield governance.PARSES, JudgedFile("readiness.file", path, place, tuple(failures), unjudged)
            yield from self._rules_on(contents.resources if contents else ())

    def _rules_on(self, resources: Iterable[Resource]) -> Iterator[tuple[Rule, Resource]]:
        for resource in resources:
            for rule in self.registry.rules_for(resource):
                if applies(rule, resource, self.project):
                    yield rule, resource

    def _waiver_checks(self, path: str) -> Iterator[tuple[Rule, Resource]]:
        """Whether a waiver covers nothing is only known once every check of the project has looked for one."""
        if failures := [failure for failure in self._waiver_failures if failure.span.path == path]:
            yield governance.PARSES, JudgedFile("readiness.file", path, failures[0].span, tuple(failures))
        if not (self.scope.whole or path in self.scope.files):
            return
        for other in (".", *self.project.paths):
            if other not in waiver_file.NAMES:
                for rule, resource in self.checks(other):
                    self.waivers.find(rule, resource.path, parameter(resource.name))
        for waiver in self.waivers.unused():
            yield governance.WAIVER, WaiverEntry("readiness.waiver", f"{waiver.rule} {waiver.where}", waiver.span, waiver)

    @property
    def has_files(self) -> bool:
        """Whether the project has any infrastructure file; without one there is no readiness to judge."""
        return any(self.project.format_of(path) is not None for path in self.project.paths)

    def _is_near_ours(self, path: str) -> bool:
        """Whether an unreadable YAML file of unknown format lies beside YAML files of ours."""
        return bool(self._unreadable(path))

    def _unreadable(self, path: str) -> tuple[ParseFailure, ...]:
        if path not in self.project.unread:
            return ()
        directory = path.rpartition("/")[0]
        near = any(p.endswith((".yaml", ".yml")) and self.project.format_of(p) is not None for p in self.project.below(directory))
        if not near and path not in self.scope.files:
            return ()
        try:
            self.project.documents(path)
        except ParseFailure as failure:
            return (failure,)
        return ()

    def pytest_report_collectionfinish(self) -> list[str]:
        from .reports.terminal import collected

        return [] if self.is_worker else collected(self)

    # -- running

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Run a check in one phase where nothing asks for the others: half the cost, the same reports."""
        if not isinstance(item, Check):
            return None
        junit = getattr(item.config.option, "xmlpath", None)
        if junit and not item.user_properties:
            item.user_properties.extend(item.properties())
        # what a check in three phases has set up stands until the last of its file tears it down
        if not self.one_phase or item.parent is self.phased_in or any(mark.name in PHASED for mark in item.iter_markers()):
            self.phased_in = item.parent
            return None
        hook = item.ihook
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        call = pytest.CallInfo.from_call(item.runtest, when="call", reraise=(pytest.exit.Exception, KeyboardInterrupt))
        report = hook.pytest_runtest_makereport(item=item, call=call)
        hook.pytest_runtest_logreport(report=report)
        if call.excinfo is not None and not isinstance(call.excinfo.value, pytest.skip.Exception):
            hook.pytest_exception_interact(node=item, call=call, report=report)
        if junit:  # the JUnit plugin writes properties when it sees a teardown
            done = pytest.CallInfo.from_call(lambda: None, when="teardown")
            hook.pytest_runtest_logreport(report=hook.pytest_runtest_makereport(item=item, call=done))
        hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Iterator[None]:
        report: pytest.TestReport = yield  # type: ignore[assignment]
        if isinstance(item, Check):
            item.complete(report)
        return report  # type: ignore[return-value]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if (record := getattr(report, "readiness", None)) is not None:
            self.records[record["id"]] = record
            self.durations[f"rules {record['rule'].partition('.')[0]}"] += report.duration  # type: ignore[assignment]

    # -- reporting

    def looked_at(self) -> dict[str, Any]:
        """What the run looked at, for the reports; on xdist's controller, what the workers looked at."""
        if self.facts:
            return self.facts
        formats = Counter(
            format_.name for path in self.project.paths if self.scope.includes(path) and (format_ := self.project.format_of(path))
        )
        return {
            "root": safe(str(self.root)),
            "files": dict(sorted(formats.items())),
            "looked_at": len(self.project.paths),
            "left_out": dict(self.project.tree.left_out),
            "not_read": [safe(path) for path in self.project.unread if not self._unreadable(path)],
            "today": self.today.isoformat(),
            "durations": dict(self.durations),
        }

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Xdist's hook on the controller, called as each worker ends."""
        self.facts = self.facts or getattr(node, "workeroutput", {}).get("readiness", {})

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if not hasattr(self, "scope"):
            return  # pytest stopped before it collected
        if self.is_worker:
            session.config.workeroutput["readiness"] = self.looked_at()  # type: ignore[attr-defined]
            return
        if self.found_nothing and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
        if session.config.option.collectonly:
            return
        if self.freezer is not None:
            self.frozen = self.freeze()
        if self.reports:
            self._write_reports()

    @property
    def found_nothing(self) -> bool:
        """Whether a run over the whole root found no infrastructure file at all."""
        return self.scope.whole and not self.looked_at()["files"]

    def _write_reports(self) -> None:
        report = document(self.rules, self.records.values(), {key: value for key, value in self.looked_at().items() if key != "durations"})
        for render, path in self.reports:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(render(report), "utf-8")

    def freeze(self) -> tuple[Path, int] | str:
        """Write waivers for the checks that failed; where and how many, or why not."""
        assert self.freezer is not None
        new = [self.freezer(record) for record in self.records.values() if freezable(record)]
        path = next((name for name in waiver_file.NAMES if (self.root / name).exists()), waiver_file.NAMES[0])
        target = self.root / path
        try:
            text = target.read_text("utf-8") if target.exists() else ""
            target.write_text(waiver_file.extended(path, text, new), "utf-8")
        except (OSError, UnicodeDecodeError, ParseFailure) as error:
            return safe(str(error))
        return target, len(new)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        from .reports.terminal import summary

        if hasattr(self, "scope") and not self.config.option.collectonly:
            summary(self, terminalreporter)


def _one_phase(protocol: str) -> bool:
    if protocol not in ("fast", "pytest"):
        raise pytest.UsageError(f"readiness_protocol: must be fast or pytest, not {protocol!r}")
    return protocol == "fast"


def freezable(record: Record) -> bool:
    """Whether a failed check can become a known gap: not what is unreadable, nor a check of the run itself."""
    return record["outcome"] == "failed" and not record["rule"].startswith("readiness.") and record["waiver"] is None


def _freezer(config: pytest.Config, today: datetime.date) -> Any:
    """A function that makes a waiver from a record, or None without ``--readiness-freeze``."""
    if not config.getoption("readiness_freeze"):
        return None
    owner = config.getoption("readiness_owner")
    if not owner:
        raise pytest.UsageError("--readiness-freeze needs --readiness-owner: somebody answers for each known gap")
    until = _date(config.getoption("readiness_until")) or today + datetime.timedelta(days=90)
    if until < today:
        raise pytest.UsageError(f"--readiness-until {until} has passed")
    given = config.getoption("readiness_reason")

    def freezer(record: Record) -> Waiver:
        reason = given or f"frozen {today}: {record['findings'][0]['message']}"
        _, _, resource = record["id"].partition("[")
        where = re.sub(r"([*?[])", r"[\1]", f"{place(record['path'])}::{resource[:-1]}")  # of a glob, the text itself
        return Waiver(record["rule"], where, reason, owner, until.isoformat(), Span(""))

    return freezer


def _date(text: str | None) -> datetime.date | None:
    if text is None:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise pytest.UsageError(f"{text!r} is not a date as YYYY-MM-DD") from None


def _requested_reports(config: pytest.Config) -> Iterator[tuple[Any, Path]]:
    renderers: dict[str, Any] = {}
    for found in config.hook.pytest_readiness_report(config=config):
        renderers.update(found)
    for request in config.getoption("readiness_report"):
        name, separator, file = request.partition(":")
        if not separator or not file:
            raise pytest.UsageError(f"--readiness-report {request}: must be FORMAT:FILE")
        if name not in renderers:
            raise pytest.UsageError(f"--readiness-report {request}: no report is called {name!r} (known: {', '.join(sorted(renderers))})")
        yield renderers[name], Path(config.invocation_params.dir, file)
