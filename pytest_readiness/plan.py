"""Which checks there are: the resources in scope against the rules, file by file; pytest comes later."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any
from typing import NamedTuple

from . import governance
from . import inline
from . import settings as settings_file
from . import waivers as waiver_file
from .checks import applies
from .criteria.load import Criteria
from .excuses import Excuses
from .governance import ExpectedFiles
from .governance import ImportedFile
from .governance import JudgedFile
from .governance import WaiverEntry
from .imports.imported import Imported
from .imports.imported import Imports
from .imports.witnesses import Witness
from .imports.witnesses import Witnesses
from .model import DeclaredCheck
from .model import ParseFailure
from .model import Resource
from .model import Rule
from .model import Span
from .model import Waiver
from .project import YAML_SUFFIXES
from .project import Project
from .registry import Registry
from .scope import Scope
from .settings import Settings
from .text import distinct
from .text import parameter
from .text import safe
from .waivers import Waivers

OF_THE_RUN = (*settings_file.NAMES, *waiver_file.NAMES)


class Planned(NamedTuple):
    """A check to be: ``name`` is the last part of its node id, ``where`` what stands for the resource there."""

    name: str
    where: str
    rule: Rule
    resource: Resource
    waiver: Waiver | None = None  # of a comment in the source
    witnesses: tuple[Witness, ...] = ()


class Plan:
    """The checks of a run. A file's are found when it is asked for, and once."""

    declared: tuple[DeclaredCheck, ...] = ()  # checks that the settings declare
    dormant: tuple[DeclaredCheck, ...] = ()  # and those that nobody asked for

    def __init__(
        self,
        project: Project,
        registry: Registry,
        settings: Settings,
        waivers: Waivers,
        scope: Scope,
        *,
        criteria: Criteria | None = None,
        imports: Imports | None = None,
    ) -> None:
        self.project = project
        self.registry = registry
        self.settings = settings
        self.waivers = waivers
        self.scope = scope
        self.criteria = criteria or Criteria()
        self.imports = imports or Imports((), project)
        self.seconds: Counter[str] = Counter()  # reading and finding checks, by format
        self._checks: dict[str, tuple[Planned, ...]] = {}
        self._used: set[str] | None = None

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Files in scope that may have checks; the repository (``.``) first, the waivers last, as they need all others."""
        found = self._all if self.scope.directories else self.scope.files.keys() - {"."}
        paths = ["."] if self.scope.includes(".") else []
        paths += [path for path in sorted(found) if self.scope.includes(path) and (path in OF_THE_RUN or self._is_judged(path))]
        paths += sorted(self._sources.keys() - set(paths))
        if self.scope.whole and self.waivers.all and not set(waiver_file.NAMES).intersection(paths):
            paths.append(waiver_file.NAMES[0])  # known gaps that are kept elsewhere are checked where others are
        return tuple(sorted(paths, key=lambda path: path in waiver_file.NAMES))

    @cached_property
    def _all(self) -> frozenset[str]:
        """Everything that may have checks besides the repository itself."""
        return frozenset((*self.project.paths, *self.project.homes, *self.imports.paths))

    @cached_property
    def _sources(self) -> dict[str, set[str]]:
        """Homes that are in scope only for the files that are named and judged there."""
        found: dict[str, set[str]] = {}
        for path in self.scope.files:
            for home in self.project.homes_of(path):
                if home != path and not self.scope.includes(home):
                    found.setdefault(home, set()).add(path)
        return found

    def _is_judged(self, path: str) -> bool:
        return path in self.imports.paths or self.project.format_of(path) is not None or bool(self.unreadable(path))

    def checks(self, path: str) -> tuple[Planned, ...]:
        """Every check of a file (``.``: of the repository), in the order of its resources."""
        if path not in self._checks:
            started = time.perf_counter()
            self._checks[path] = self._excused(path, tuple(self._with_imported(path, list(self._find(path)))))
            format_ = None if path == "." else self.project.format_of(path)
            self.seconds[format_.name if format_ else "repository"] += time.perf_counter() - started  # type: ignore[assignment]
        return self._checks[path]

    def _with_imported(self, path: str, own: list[tuple[Rule, Resource]]) -> Iterator[Planned]:
        """Checks with what other tools say of them, and what else these found in the file."""
        if not self.imports.entries:
            yield from _named(own)
            return
        heard = Witnesses(path, own, self.imports, self.project)
        for number, check in enumerate(_named([*own, *heard.rest])):
            if number < len(own):
                yield check._replace(witnesses=heard.of(number))
            else:
                assert isinstance(check.resource, Imported)
                yield check._replace(waiver=self._suppression(check.resource))

    def _suppression(self, resource: Imported) -> Waiver | None:
        """The known gap that a suppression of an honoured tool is."""
        honoured = self.settings.policy.waivers.honoured
        if not resource.suppressed or honoured is None or resource.tool not in honoured.tools:
            return None
        reason = f"{resource.tool}: {resource.reason}"
        return Waiver(resource.rule_id, resource.path, reason, honoured.owner, honoured.until, resource.span)

    def _excused(self, path: str, found: tuple[Planned, ...]) -> tuple[Planned, ...]:
        """The checks of a file with the waivers that comments give them, and a check for each comment that is wrong or needless."""
        if self._is_about_the_run(path):
            return found  # a comment in a sample is the sample's
        # what a tool wrote excuses nothing, whatever stands in it
        sources = sorted({path, *(check.resource.span.path for check in found)} - {"."} - self.imports.files)
        policy = self.settings.policy.waivers
        comments = [comment for source in sources for comment in inline.comments(source, self.project, policy.honoured)]
        if not comments:
            return found
        excuses = Excuses(comments, (*found, *self._pointing_at(path)), self.project, self.waivers, policy)
        told = [entry for entry in excuses.entries() if entry.span.path == path or not self._is_derived(path)]
        entries = [(governance.WAIVER, entry) for entry in told]
        return (*(check._replace(waiver=excuses.waiver(check) or check.waiver) for check in found), *_named(entries))

    def _is_derived(self, path: str) -> bool:
        """Whether a file is made from others, where the comments are judged that stand there."""
        format_ = None if path == "." else self.project.format_of(path)
        return format_ is not None and format_.derived

    @cached_property
    def _of_derived(self) -> dict[str, list[Planned]]:
        """The checks of files that are made from others, by the file that their resources stand in."""
        found: dict[str, list[Planned]] = {}
        names = [format_.name for format_ in self.project.formats if format_.derived]
        for path in (path for name in names for path in self.project.files(name)):
            for check in _named(list(self._find(path))):
                found.setdefault(check.resource.span.path, []).append(check)
        return found

    def _pointing_at(self, path: str) -> Sequence[Planned]:
        return () if self._is_derived(path) else self._of_derived.get(path, ())

    def _find(self, path: str) -> Iterator[tuple[Rule, Resource]]:
        if path in settings_file.NAMES:
            yield from self._expectations(path)
            yield from self._on(self._declared_at(path))
            yield from self._criteria(path)
        elif path in waiver_file.NAMES:
            yield from self._waivers(path)
        elif path == ".":
            yield from self._rules_on(self.project.repository if self.has_files else ())
        else:
            contents = self.project.contents(path)
            sources = self._sources.get(path)
            failures, unjudged = (contents.failures, contents.unjudged) if contents else (self.unreadable(path), None)
            if failures or unjudged:
                place = min((f.span for f in failures if f.span.path == path), default=Span(path))
                yield governance.PARSES, JudgedFile("readiness.file", path, place, tuple(failures), unjudged)
            resources = contents.resources if contents else ()
            yield from self._on(self._declared_at(path))
            yield from self._criteria(path)
            yield from self._rules_on(resource for resource in resources if sources is None or self._is_made_from(resource, path, sources))

    def _is_made_from(self, resource: Resource, home: str, sources: set[str]) -> bool:
        format_ = self.project.format_of(home)
        return format_ is not None and any(format_.is_made_from(resource, source, self.project) for source in sources)

    def _rules_on(self, resources: Iterable[Resource]) -> Iterator[tuple[Rule, Resource]]:
        for resource in resources:
            for rule in self.registry.rules_for(resource):
                if applies(rule, resource, self.project):
                    yield rule, resource

    def _on(self, declared: Iterable[DeclaredCheck]) -> Iterator[tuple[Rule, DeclaredCheck]]:
        """The rules of declared checks, with the priorities that these have of their own."""
        for check in declared:
            for rule, _ in self._rules_on([check]):
                yield rule if check.own_priority is None else replace(rule, priority=check.own_priority), check

    def _declared_at(self, path: str) -> list[DeclaredCheck]:
        """The declared checks whose place is a file: the settings, or what these name."""
        return [check for check in self.declared if check.path == path] if self._is_asked_for(path) else []

    @cached_property
    def sleeping(self) -> int:
        """How many checks there would be if somebody asked for them."""
        return len(list(self._on(self.dormant)))

    def _expectations(self, path: str) -> Iterator[tuple[Rule, Resource]]:
        for expected in self.settings.expect if self._is_asked_for(path) else ():
            actual = len(self.project.files(expected.format))
            yield governance.EXPECT, ExpectedFiles("readiness.expectation", expected.format, expected.span, expected, actual)
        for loaded in self.imports.loaded if self._is_asked_for(path) else ():
            entry = loaded.entry
            yield governance.IMPORT, ImportedFile("readiness.import", entry.file, entry.span, tuple(loaded.problems), tuple(loaded.notes))

    def _criteria(self, path: str) -> Iterator[tuple[Rule, Resource]]:
        return self.criteria.checks(path, self.settings.selects, self._judging if self.scope.whole else None)

    def _judging(self) -> set[str]:
        """The rules that judge something in the project."""
        if self._used is None:
            others = (path for path in (".", *sorted({*self.project.paths, *self.project.homes})) if path not in OF_THE_RUN)
            self._used = {check.rule.id for path in others if not self._is_about_the_run(path) for check in self.checks(path)}
        return self._used

    def _is_about_the_run(self, path: str) -> bool:
        format_ = None if path == "." else self.project.format_of(path)
        return format_ is not None and format_.is_about_the_run

    def _waivers(self, path: str) -> Iterator[tuple[Rule, Resource]]:
        """Whether a waiver covers nothing is only known once every check of the project has looked for one."""
        if failures := tuple(failure for failure in self.waivers.failures if failure.span.path == path):
            yield governance.PARSES, JudgedFile("readiness.file", path, failures[0].span, failures)
        if not self._is_asked_for(path):
            return
        for other in (".", *sorted(self._all)):
            if other not in waiver_file.NAMES:
                for check in self.checks(other):
                    if check.resource.kind == governance.SAMPLE:
                        continue
                    self.waivers.find(check.rule, other, check.where)
        for rule, declared in self._on(self.dormant):  # a run that does not ask for them cannot say that they are gone
            self.waivers.find(rule, declared.path, parameter(declared.name))
        unused = {id(waiver) for waiver in self.waivers.unused() if not self._is_of_a_test(waiver)}
        for waiver in self.waivers.all:
            problems = list(self.waivers.problems(waiver, self.settings.policy.waivers))
            if id(waiver) in unused:
                problems.append(f"covers no check: no {waiver.rule} at {waiver.where}")
            if problems:
                yield governance.WAIVER, WaiverEntry("readiness.waiver", f"{waiver.rule} {waiver.where}", waiver.span, tuple(problems))

    def _is_of_a_test(self, waiver: Waiver) -> bool:
        """Whether a waiver names a test that has the rule in its mark: where pytest does not collect them, nothing else says so."""
        path, _, name = waiver.where.partition("::")
        words = re.findall(r"[\w.-]+", f"{waiver.rule} {name.partition('[')[0]}".replace("::", " "))
        files = [file for file in self.project.paths if file.endswith(".py") and fnmatchcase(file, path)]
        return any(all(word in text for word in words) for text in map(self.project.glance, files))

    def _is_asked_for(self, path: str) -> bool:
        """Whether a file about the whole project is: by the whole root, or by its name."""
        return self.scope.whole or path in self.scope.files

    @property
    def has_files(self) -> bool:
        """Whether the project has any infrastructure file; without one there is no readiness to judge."""
        found = map(self.project.format_of, self.project.paths)
        return any(format_ is not None and not format_.is_about_the_run for format_ in found)

    def unreadable(self, path: str) -> tuple[ParseFailure, ...]:
        """Why a YAML file of unknown format cannot be read, where it lies beside YAML of ours or is named on the command line."""
        if path not in self.project.unread:
            return ()
        beside = self.project.below(path.rpartition("/")[0])
        near = any(other.endswith(YAML_SUFFIXES) and self.project.format_of(other) is not None for other in beside)
        if not near and path not in self.scope.files:
            return ()
        try:
            self.project.documents(path)
        except ParseFailure as failure:
            return (failure,)
        return ()

    def _is_in_scope(self, path: str) -> bool:
        """Whether a file is asked for, or a home through which it is judged."""
        return self.scope.includes(path) or any(self.scope.includes(home) for home in self.project.homes_of(path))

    def looked_at(self) -> dict[str, Any]:
        """What the run looked at, for its reports."""
        found = (self.project.format_of(path) for path in self.project.paths if self._is_in_scope(path))
        formats = Counter(format_.name for format_ in found if format_ is not None and not format_.is_about_the_run)
        return {
            "root": safe(str(self.project.tree.root)),
            "files": dict(sorted(formats.items())),
            "looked_at": len(self.project.paths),
            "left_out": dict(self.project.tree.left_out),
            "not_read": [safe(path) for path in self.project.unread if not self.unreadable(path)],
            "today": self.waivers.today.isoformat(),
        }


def _named(found: Sequence[tuple[Rule, Resource]]) -> Iterator[Planned]:
    """Checks with their names; what would come twice, because characters had to go, gets a number."""
    names = distinct([(rule.id, parameter(resource.name)) for rule, resource in found])
    for (rule, resource), where in zip(found, names, strict=True):
        yield Planned("parses" if rule is governance.PARSES else f"{rule.id}[{where}]", where, rule, resource)


def is_known(project: Project, path: str) -> bool:
    """Whether a file named on the command line is one of ours."""
    return path in OF_THE_RUN or project.format_of(path) is not None or path in project.unread
