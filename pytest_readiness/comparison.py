"""Two runs side by side: what fails newly, what was fixed, which scores moved. Checks are the same by rule and resource, never by line."""

from __future__ import annotations

import json
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .records import VERSION
from .records import Record
from .scorecard import STILL_OPEN
from .scorecard import State
from .scorecard import state

RATCHET = "--readiness-ratchet"
ALIKE = 0.5  # share of a file's checks that another one must have to be the same file under a new name


class ReportError(Exception):
    """A text that is no earlier report, and why."""


def load(path: Path) -> dict[str, Any]:
    """An earlier JSON report; raises `ReportError`."""
    try:
        report = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ReportError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise ReportError(f"{path} is not JSON: {error}") from None
    if not isinstance(report, dict) or not isinstance(report.get("checks"), list) or not isinstance(report.get("verdict"), dict):
        raise ReportError(f"{path} is no report of this plugin (--readiness-report json:FILE)")
    if report.get("version") != VERSION:
        raise ReportError(f"{path} is a report of version {report.get('version')}, not {VERSION}")
    try:
        compare(report, report)
    except (LookupError, TypeError, AttributeError):
        raise ReportError(f"{path} is a report with something missing or of another type") from None
    return report


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What changed from one report to a later one; its shape is ``comparison`` in ``schema/report.schema.json``."""
    renamed = _renamed(old["checks"], new["checks"])
    before = {_moved(check["id"], renamed): state(check) for check in old["checks"]}
    after = {check["id"]: state(check) for check in new["checks"]}
    names = {row["name"] for report in (old, new) for row in report["verdict"]["categories"]}
    return {
        "newly_failing": [id for id, found in after.items() if found in STILL_OPEN and before.get(id) is State.MET],
        "newly_unjudged": [id for id, found in after.items() if found in (State.UNKNOWN, State.UNREADABLE) and before.get(id) is State.MET],
        "fixed": [id for id, found in after.items() if found is State.MET and before.get(id) in STILL_OPEN],
        "new_open": [id for id, found in after.items() if found in STILL_OPEN and before.get(id) not in (State.MET, *STILL_OPEN)],
        "gone": [id for id, found in before.items() if found in STILL_OPEN and id not in after],
        "renamed": [{"old": old_path, "new": new_path} for old_path, new_path in sorted(renamed.items())],
        "scores": [_difference("overall", old["verdict"]["overall"], new["verdict"]["overall"])]
        + [_difference(name, _category(old, name), _category(new, name)) for name in sorted(names)],
        "readiness": _delta(old["verdict"]["readiness"]["percent"], new["verdict"]["readiness"]["percent"]),
        "open_p0": _delta(old["verdict"]["open_p0"], new["verdict"]["open_p0"]),
        "verdict": {"before": old["verdict"]["verdict"], "after": new["verdict"]["verdict"]},
    }


def regressions(comparison: Mapping[str, Any], tolerance: float) -> Iterator[str]:
    """What a ratchet does not let pass: checks that passed and no longer do, scores that fell by more than the tolerance."""
    for key, told in (("newly_failing", "passed before and fails now"), ("newly_unjudged", "passed before and cannot be judged now")):
        found = comparison[key]
        yield from (f"{id} {told}" for id in found[:10])
        if len(found) > 10:
            yield f"and {len(found) - 10} more checks"
    for row in comparison["scores"]:
        if row["delta"] is not None and row["delta"] < -tolerance:
            yield f"the score of {row['name']} fell from {row['before']} to {row['after']}"


def _category(report: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return next((row for row in report["verdict"]["categories"] if row["name"] == name), {"score": None})


def _difference(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, **_delta(old["score"], new["score"])}


def _delta(before: float | None, after: float | None) -> dict[str, Any]:
    delta = None if before is None or after is None else round(after - before, 1)
    return {"before": before, "after": after, "delta": delta}


def _moved(id: str, renamed: Mapping[str, str]) -> str:
    path, separator, name = id.partition("::")
    return f"{renamed.get(path, path)}{separator}{name}"


def _renamed(old: Sequence[Record], new: Sequence[Record]) -> dict[str, str]:
    """Files that are gone, and the new file that each of them is by its checks: the one with most in common, if half of all."""
    before, after = _by_file(old), _by_file(new)
    gone = {path: names for path, names in before.items() if path not in after}
    come = {path: names for path, names in after.items() if path not in before}
    holding: dict[str, list[str]] = {}
    for path, names in come.items():
        for name in names:
            holding.setdefault(name, []).append(path)
    pairs = []
    for old_path, names in gone.items():
        for new_path in _candidates(names, holding):
            common = len(names & come[new_path])
            if common >= ALIKE * max(len(names), len(come[new_path])):
                pairs.append((-common, _distance(old_path, new_path), old_path, new_path))
    found: dict[str, str] = {}
    taken: set[str] = set()
    for _, _, old_path, new_path in sorted(pairs):
        if old_path not in found and new_path not in taken:
            found[old_path] = new_path
            taken.add(new_path)
    return found


def _candidates(names: Collection[str], holding: Mapping[str, Sequence[str]]) -> set[str]:
    """The files that may have enough in common: each of them has one of the rarest names, since it lacks at most the others."""
    rarest = sorted(names, key=lambda name: len(holding.get(name, ())))[: int(len(names) * (1 - ALIKE)) + 1]
    return {path for name in rarest for path in holding.get(name, ())}


def _by_file(checks: Sequence[Record]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for check in checks:
        path, _, name = check["id"].partition("::")
        found.setdefault(path, set()).add(name)
    return found


def _distance(one: str, other: str) -> int:
    """How many parts of two paths differ: of several candidates, the nearest."""
    return len(set(one.split("/")) ^ set(other.split("/")))
