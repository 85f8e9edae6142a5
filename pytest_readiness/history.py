"""One line a run in a file that is kept: how readiness moves, and how long rules stay open."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .scorecard import STILL_OPEN
from .scorecard import state
from .text import is_plain

BARS = "▁▂▃▄▅▆▇█"
SHOWN = 20  # runs of a trend


class HistoryError(Exception):
    """A file that is no history, and why."""


def load(path: Path) -> list[dict[str, Any]]:
    """The runs of a history file from the first to the last, none where there is no file; raises `HistoryError`."""
    if not path.exists():
        return []
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise HistoryError(f"{path} cannot be read: {error}") from None
    return [_run(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _run(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        run = json.loads(line) if is_plain(line) and "\\u" not in line else None  # what is not plain was not written here
    except (ValueError, RecursionError):
        run = None
    if not isinstance(run, dict) or not _is_line(run):
        raise HistoryError(f"{path}:{number} is no line of a history")
    return run


def _is_line(run: Mapping[str, Any]) -> bool:
    scores = [run.get(key) for key in ("readiness", "score")]
    are_percentages = all(score is None or (isinstance(score, (int, float)) and 0 <= score <= 100) for score in scores)
    return _is_day(run.get("date")) and isinstance(run.get("open"), dict) and are_percentages


def _is_day(text: object) -> bool:
    try:
        return isinstance(text, str) and bool(datetime.date.fromisoformat(text))
    except ValueError:
        return False


def line(report: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a run."""
    verdict = report["verdict"]
    still_open = Counter(check["rule"] for check in report["checks"] if state(check) in STILL_OPEN)
    return {
        "date": report["run"]["today"],
        "commit": report["run"]["commit"],
        "verdict": verdict["verdict"],
        "readiness": verdict["readiness"]["percent"],
        "score": verdict["overall"]["score"],
        "coverage": verdict["overall"]["coverage"],
        "open_p0": verdict["open_p0"],
        "categories": {row["name"]: row["score"] for row in verdict["categories"]},
        "open": dict(sorted(still_open.items())),
    }


def extended(runs: Sequence[dict[str, Any]], new: dict[str, Any]) -> list[dict[str, Any]]:
    """The runs with a new one; a run on the commit of the last one takes its place."""
    same = bool(runs) and new["commit"] is not None and runs[-1].get("commit") == new["commit"]
    return [*(runs[:-1] if same else runs), new]


def written(runs: Sequence[Mapping[str, Any]]) -> str:
    """The text of a history file."""
    return "".join(json.dumps(run, ensure_ascii=False) + "\n" for run in runs)


def spark(values: Sequence[float | None]) -> str:
    """Percentages as a row of bars; a gap where nothing was measured."""
    return "".join(" " if value is None else BARS[min(7, max(0, int(value / 12.5)))] for value in values)


def days_open(runs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """For each rule that was open once: since when it is, or how many days it took to close it, each time."""
    found: dict[str, dict[str, Any]] = {}
    for run in runs:
        for rule in run["open"]:
            entry = found.setdefault(rule, {"rule": rule, "since": None, "closed_in_days": []})
            entry["since"] = entry["since"] or run["date"]
        for rule, entry in found.items():
            if entry["since"] and rule not in run["open"]:
                entry["closed_in_days"].append(_days(entry["since"], run["date"]))
                entry["since"] = None
    return [found[rule] for rule in sorted(found)]


def _days(start: str, end: str) -> int:
    return (datetime.date.fromisoformat(end) - datetime.date.fromisoformat(start)).days
