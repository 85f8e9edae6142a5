"""The checks of the run itself: every file was readable, every waiver is needed, every expected file is there.

They are rules like any other to pytest and to reports, but judge what collection found out, so they
have no examples and cannot be deselected by ``readiness.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .model import Finding
from .model import ParseFailure
from .model import Priority
from .model import Resource
from .model import Rule
from .settings import Expectation
from .text import brief
from .text import safe
from .unknown import Unresolved

SAMPLE = "readiness.sample"  # the kind of a criterion's own samples, which no waiver covers
LONGEST = 500  # characters of what a tool said


@dataclass(frozen=True, eq=False)
class JudgedFile(Resource):
    """A file that could not be read, or not wholly, or that is only whole elsewhere (``unjudged`` says where)."""

    failures: tuple[ParseFailure, ...] = ()
    unjudged: str | None = None


@dataclass(frozen=True, eq=False)
class WaiverEntry(Resource):
    """A waiver that covers no check, or is not as the policy has it."""

    problems: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class ExpectedFiles(Resource):
    """How many files of a format were expected and found."""

    expectation: Expectation
    actual: int


@dataclass(frozen=True, eq=False)
class ImportedFile(Resource):
    """A file of another tool: why it is missing, invalid or stale, and what the tool said of its own run."""

    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def _parses(file: JudgedFile) -> Iterator[Finding]:
    for failure in file.failures:
        yield file.finding(failure.reason, failure.span)
    if file.unjudged:
        raise Unresolved(file.unjudged)


def _waiver_covers(entry: WaiverEntry) -> Iterator[Finding]:
    yield from (entry.finding(problem) for problem in entry.problems)


def _files_expected(files: ExpectedFiles) -> Iterator[Finding]:
    expected = files.expectation
    if not expected.holds(files.actual):
        yield files.finding(f"{files.actual} files of format {expected.format} were found, {expected.operator}{expected.count} expected")


def _is_imported(file: ImportedFile) -> Iterator[Finding]:
    yield from (file.finding(f"{safe(file.name)} {safe(brief(problem, LONGEST))}") for problem in file.problems)
    yield from (file.advice(f"{safe(file.name)}: {safe(brief(note, LONGEST))}") for note in file.notes)


PARSES = Rule(
    id="readiness.parses",
    priority=Priority.P0,
    on=("readiness.file",),
    category="Governance",
    title="the file can be read",
    why="What cannot be read cannot be judged, and must not look as if it had been.",
    remedy="mend the file, or leave it out with readiness_exclude",
    check=_parses,
    check_needs_project=False,
)
WAIVER = Rule(
    id="readiness.waiver",
    priority=Priority.P1,
    on=("readiness.waiver",),
    category="Governance",
    title="the waiver covers a check, and is as the policy has it",
    why="A known gap that covers nothing any more hides that its resource was renamed, removed or mended; one that never ends is none.",
    remedy="delete the entry, or mend what the message names",
    check=_waiver_covers,
    check_needs_project=False,
)
EXPECT = Rule(
    id="readiness.expect",
    priority=Priority.P0,
    on=("readiness.expectation",),
    category="Governance",
    title="the expected files are found",
    why="A run that reads fewer files than there should be is green for the wrong reason.",
    remedy="mend the paths and exclusions of the run, or the number in readiness.yaml",
    check=_files_expected,
    check_needs_project=False,
)
IMPORT = Rule(
    id="readiness.import",
    priority=Priority.P0,
    on=("readiness.import",),
    category="Governance",
    title="what another tool found is there, whole, and of now",
    why="A scan that did not run, or ran on something else, finds nothing and must not look as if all were well.",
    remedy="run the tool again before this run, or mend the entry in readiness.yaml",
    check=_is_imported,
    check_needs_project=False,
)
RULES = (EXPECT, IMPORT, PARSES, WAIVER)
