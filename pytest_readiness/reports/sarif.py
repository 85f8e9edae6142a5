"""SARIF 2.1.0 for code scanning: what is open, with fingerprints that do not change when lines move.

Specification: OASIS SARIF 2.1.0. Limits and fields: GitHub, "SARIF support for code scanning". Known gaps
are left out, because GitHub ignores ``suppressions``; the report ``sarif-all`` has them, suppressed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ..scorecard import State
from ..scorecard import state

HOME = "https://pypi.org/project/pytest-readiness/"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MAX_RESULTS = 25_000  # of a run
MAX_TEXT = 1_024  # characters of a rule's descriptions
LEVELS = {"P0": "error", "P1": "error", "P2": "warning", "P3": "note"}
PROBLEM = {"P0": "error", "P1": "error", "P2": "warning", "P3": "recommendation"}
# of a security rule; above 9.0 is critical, from 7.0 high, from 4.0 medium
SEVERITY = {"P0": "9.5", "P1": "8.0", "P2": "5.5", "P3": "3.0"}
SECURITY = "Security & Compliance"


def render(report: dict[str, Any]) -> str:
    """The log of what is open and not a known gap."""
    return _rendered(report, gaps=False)


def render_all(report: dict[str, Any]) -> str:
    """The log with known gaps and accepted risks, as suppressed results."""
    return _rendered(report, gaps=True)


def _rendered(report: dict[str, Any], *, gaps: bool) -> str:
    found = list(results(report, gaps=gaps))
    first = sorted(range(len(found)), key=lambda index: found[index]["properties"]["priority"])[:MAX_RESULTS]
    kept = [found[index] for index in sorted(first)]
    rules = {rule["id"]: rule for rule in report["rules"]}
    used = sorted({result["ruleId"] for result in kept})
    driver, extensions = _components([rules[id] for id in used])
    references = _references(driver, extensions)
    for result in kept:
        result.update(references[result["ruleId"]])
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "pytest-readiness",
                "informationUri": HOME,
                "semanticVersion": report["run"]["version"],
                "rules": [_rule(rule) for rule in driver],
            },
            **({"extensions": [_extension(name, version, own) for (name, version), own in extensions.items()]} if extensions else {}),
        },
        "automationDetails": {"id": "pytest-readiness/"},
        "columnKind": "unicodeCodePoints",
        "results": kept,
        "properties": {"verdict": report["verdict"]["verdict"], "leftOut": len(found) - len(kept), "bypass": report["bypass"]},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def _components(rules: list[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], dict[tuple[str, str], list[Mapping[str, Any]]]]:
    """The rules of this package and of the project, and those of each pack by its name and version."""
    packs: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for rule in rules:
        if rule["pack_version"]:
            packs.setdefault((rule["pack"], rule["pack_version"]), []).append(rule)
    return [rule for rule in rules if not rule["pack_version"]], dict(sorted(packs.items()))


def _references(driver: list[Mapping[str, Any]], extensions: Mapping[Any, list[Mapping[str, Any]]]) -> dict[str, dict[str, Any]]:
    """By rule, how a result points at it: at an index of the driver, or of an extension."""
    found: dict[str, dict[str, Any]] = {rule["id"]: {"ruleIndex": index} for index, rule in enumerate(driver)}
    for number, rules in enumerate(extensions.values()):
        for index, rule in enumerate(rules):
            found[rule["id"]] = {"rule": {"id": rule["id"], "index": index, "toolComponent": {"index": number}}}
    return found


def _extension(name: str, version: str, rules: list[Mapping[str, Any]]) -> dict[str, Any]:
    """A pack as SARIF has it: a component of the tool. Few versions of Python packages are semantic ones."""
    return {"name": name, "version": version, "rules": [_rule(rule) for rule in rules]}


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    text = f"{rule['why']}\n\nRemedy: {rule['remedy']}."
    tags = [rule["category"], rule["priority"], *(["security"] if rule["category"] == SECURITY else []), *rule["standards"]]
    properties: dict[str, Any] = {"tags": tags[:20], "precision": "high", "problem.severity": PROBLEM[rule["priority"]]}
    if rule["category"] == SECURITY:
        properties["security-severity"] = SEVERITY[rule["priority"]]
    return {
        "id": rule["id"],
        "name": "".join(part.capitalize() for part in re.split(r"[.-]", rule["id"])),
        "shortDescription": {"text": rule["title"][:MAX_TEXT]},
        "fullDescription": {"text": (rule["why"] or rule["title"])[:MAX_TEXT]},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": LEVELS[rule["priority"]]},
        "properties": properties,
    }


def results(report: Mapping[str, Any], *, gaps: bool = False) -> Iterator[dict[str, Any]]:
    """A result for each finding that is open; with ``gaps`` also for known gaps and accepted risks, suppressed."""
    for check in report["checks"]:
        found = state(check)
        if found is State.OPEN or (found is State.UNREADABLE and check["outcome"] != "xfailed"):
            yield from _of_check(check)
        elif gaps and check["outcome"] == "xfailed":
            for result in _of_check(check):
                waiver = check["waiver"] or {"reason": check["reason"] or ""}
                yield {**result, "suppressions": [{"kind": "external", "status": "accepted", "justification": waiver["reason"]}]}


def _of_check(check: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A result for each finding; for a crash or a closed gap, which have none, one at the resource."""
    here = {"message": check["reason"] or check["rule"], "path": check["path"], "line": check["line"]}
    findings = check["findings"] or [{**here, "column": None, "end_line": None, "end_column": None}]
    seen: Counter[str] = Counter()
    for finding in findings:
        seen[finding["message"]] += 1
        yield {
            "ruleId": check["rule"],
            "level": LEVELS[check["priority"]],
            "message": {"text": finding["message"]},
            "locations": [{"physicalLocation": location(finding), "logicalLocations": [{"fullyQualifiedName": check["id"]}]}],
            "partialFingerprints": {"primaryLocationLineHash": fingerprint(check["id"], finding["message"], seen[finding["message"]])},
            "properties": {**{key: check[key] for key in ("priority", "category", "resource", "third_party")}, "path": finding["path"]},
        }


def location(finding: Mapping[str, Any]) -> dict[str, Any]:
    """A place with all four numbers, which GitHub requires; a finding about a whole file is on its first line."""
    line, column = finding["line"] or 1, finding["column"] or 1
    end_line = finding["end_line"] or line
    end_column = finding["end_column"] or column + 1
    region = {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": max(end_column, column + 1 if end_line == line else 1),
    }
    return {"artifactLocation": {"uri": quote(finding["path"], safe="/"), "uriBaseId": "%SRCROOT%"}, "region": region}


def fingerprint(check_id: str, message: str, number: int) -> str:
    """What a finding is called from run to run: its check, its message, and its number among equal ones; never its line."""
    return hashlib.sha256(f"{check_id}\0{message}\0{number}".encode()).hexdigest()[:32] + ":1"
