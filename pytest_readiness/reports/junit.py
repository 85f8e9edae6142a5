"""JUnit XML with what pytest's own leaves out: file and line (from 1) of every case, and a suite for each category.

GitLab reads ``file`` and the body of a failure, Jenkins its ``message``, GitHub's report actions ``file`` and ``line``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from ..records import Record
from ..records import written_place

ELEMENTS = {"failed": "failure", "xpassed": "failure", "error": "error", "skipped": "skipped", "xfailed": "skipped"}
TYPES = {"failed": "ReadinessFailure", "xpassed": "closed known gap", "error": "error", "skipped": "unknown", "xfailed": "known gap"}


def render(report: dict[str, Any]) -> str:
    """The cases of all checks; text is escaped, and holds no character that XML forbids since records hold none."""
    remedies = {rule["id"]: rule["remedy"] for rule in report["rules"]}
    seconds: Mapping[str, float] = report["seconds"]
    root = ElementTree.Element("testsuites", {"name": "readiness", **_counts(report["checks"], seconds)})
    by_category: dict[str, list[Record]] = {}
    for check in report["checks"]:
        by_category.setdefault(check["category"], []).append(check)
    for category, checks in sorted(by_category.items()):
        suite = ElementTree.SubElement(root, "testsuite", {"name": category, **_counts(checks, seconds)})
        for check in checks:
            _case(suite, check, remedies.get(check["rule"], ""), seconds.get(check["id"], 0.0))
    ElementTree.indent(root, " ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, "unicode")}\n'


def _counts(checks: list[Record], seconds: Mapping[str, float]) -> dict[str, str]:
    elements = [ELEMENTS.get(check["outcome"]) for check in checks]
    total = sum(seconds.get(check["id"], 0.0) for check in checks)
    counts = {name: elements.count(element) for name, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))}
    return {"tests": str(len(checks)), **{name: str(count) for name, count in counts.items()}, "time": f"{total:.3f}"}


def _case(suite: ElementTree.Element, check: Record, remedy: str, seconds: float) -> None:
    path, _, name = check["id"].partition("::")
    first: Mapping[str, Any] = check["findings"][0] if check["findings"] else check
    case = ElementTree.SubElement(suite, "testcase", classname=path, name=name, file=first["path"], time=f"{seconds:.3f}")
    if first["line"]:
        case.set("line", str(first["line"]))
    properties = ElementTree.SubElement(case, "properties")
    for key in ("rule", "priority", "resource", "environment"):
        if check[key]:
            ElementTree.SubElement(properties, "property", name=key, value=str(check[key]))
    measured: Mapping[str, Any] = check.get("measured") or {}
    for key, value in measured.items():
        ElementTree.SubElement(properties, "property", name=key, value="" if value is None else str(value))
    element = ELEMENTS.get(check["outcome"])
    if element:
        told = ElementTree.SubElement(case, element, message=check["reason"] or "", type=TYPES[check["outcome"]])
        told.text = _body(check, remedy)


def _body(check: Record, remedy: str) -> str:
    lines = []
    for finding in check["findings"]:
        place = written_place(finding)
        lines += [f"{place}: {check['priority']} {check['rule']}: {finding['message']}", *finding["excerpt"]]
    return "\n".join([*(lines or [check["reason"] or ""]), *([f"remedy: {remedy}"] if lines and remedy else [])])
