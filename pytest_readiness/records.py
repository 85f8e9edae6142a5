"""The result of a check as plain JSON: what travels from xdist's workers and what every report is made from."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any
from typing import TypedDict
from typing import cast

from .checks import Outcome
from .model import Finding
from .model import Resource
from .model import Rule
from .model import Waiver
from .text import safe

if TYPE_CHECKING:
    from .imports.witnesses import Witness

VERSION = 1
EXCERPTS = 3  # findings of a check that are shown with their source
Excerpt = Callable[[Finding], Iterable[str]]


class FindingRecord(TypedDict):
    message: str
    path: str
    line: int | None
    column: int | None
    end_line: int | None
    end_column: int | None
    excerpt: list[str]


class WaiverRecord(TypedDict):
    reason: str
    owner: str
    until: str
    kind: str
    path: str
    line: int


class WitnessRecord(TypedDict):
    tool: str
    rule: str
    found: bool


class MeasuredRecord(TypedDict):
    """Target against actual: texts for people, and the numbers in ``unit`` where they are numbers."""

    operator: str
    target: str
    actual: str
    unit: str
    margin: str
    target_value: float | None
    actual_value: float | None


class Record(TypedDict):
    """One check: ``id`` is its node id, ``reason`` says why it is skipped, expected to fail or in error."""

    id: str
    rule: str
    priority: str
    category: str
    path: str
    line: int | None
    resource: str
    kind: str
    environment: str | None
    third_party: bool
    outcome: str
    reason: str | None
    findings: list[FindingRecord]
    advice: list[FindingRecord]
    waiver: WaiverRecord | None
    measured: MeasuredRecord | None
    witnesses: list[WitnessRecord]


def record(
    node_id: str,
    rule: Rule,
    resource: Resource,
    outcome: Outcome,
    waiver: Waiver | None,
    *,
    excerpt: Excerpt,
    witnesses: Iterable[Witness] = (),
) -> Record:
    """The record of a check whose outcome pytest has not judged yet; ``excerpt`` shows the source of its first findings."""
    return {
        "id": node_id,
        "rule": rule.id,
        "priority": rule.priority.name,
        "category": rule.category,
        "path": safe(resource.path),
        "line": resource.span.line or None,
        "resource": safe(resource.name),
        "kind": resource.kind,
        "environment": safe(resource.for_environment) or None,
        "third_party": resource.third_party,
        "outcome": "passed",
        "reason": None,
        "findings": [_finding(finding, excerpt if number < EXCERPTS else _nothing) for number, finding in enumerate(outcome.failing)],
        "advice": [_finding(finding, _nothing) for finding in outcome.advice],
        "waiver": None if waiver is None else _waiver(waiver),
        "measured": _measured(resource),
        "witnesses": [{"tool": witness.tool, "rule": safe(witness.rule), "found": witness.found} for witness in witnesses],
    }


def written_place(finding: Mapping[str, Any]) -> str:
    """``path:line`` of a finding's record, the path alone where it is about a file as a whole."""
    return f"{finding['path']}:{finding['line']}" if finding["line"] else str(finding["path"])


def _nothing(_: Finding) -> Iterable[str]:
    return ()


def _finding(finding: Finding, excerpt: Excerpt) -> FindingRecord:
    path, *numbers = finding.span
    line, column, end_line, end_column = (number or None for number in numbers)
    return {
        "message": safe(finding.message),
        "path": safe(path),
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "excerpt": list(excerpt(finding)),
    }


def _measured(resource: Resource) -> MeasuredRecord | None:
    return None if resource.measured is None else cast("MeasuredRecord", dict(resource.measured))


def _waiver(waiver: Waiver) -> WaiverRecord:
    return {
        "reason": safe(waiver.reason),
        "owner": safe(waiver.owner),
        "until": waiver.until,
        "kind": waiver.kind,
        "path": safe(waiver.span.path),
        "line": waiver.span.line,
    }


def document(rules: Iterable[Rule], records: Iterable[Record], run: dict[str, Any]) -> dict[str, Any]:
    """The JSON report: the rules of the run, its checks in a stable order, and what the run looked at."""
    return {
        "version": VERSION,
        "run": run,
        "rules": [
            {
                "id": rule.id,
                "title": rule.title,
                "priority": rule.priority.name,
                "category": rule.category,
                "aliases": list(rule.aliases),
                "standards": list(rule.standards),
                "why": rule.why,
                "remedy": rule.remedy,
                "effort": rule.effort,
                "pack": rule.pack,
                "pack_version": rule.pack_version or None,
            }
            for rule in rules
        ],
        "checks": ordered(records),
    }


def ordered(records: Iterable[Record]) -> list[Record]:
    """Records in an order that does not depend on who ran which check when."""
    return sorted(records, key=lambda check: (check["path"], check["line"] or 0, check["rule"], check["id"]))
