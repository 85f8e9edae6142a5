"""One HTML page that works offline and without script: score card, trend, plan, every check. The script in it only filters.

All text is escaped by the template engine, and the page's content security policy allows no script but its own.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from importlib.resources import files
from pathlib import PurePath
from typing import Any

from .. import history

GROUPS = {
    "failed": "Failed",
    "error": "Errors",
    "xpassed": "Gaps that are closed",
    "xfailed": "Known gaps, and what is expected to fail",
    "skipped": "Unknown",
    "passed": "Passed",
}
OPEN = ("failed", "error", "xpassed")
COMPARED = (
    ("newly_failing", "Newly failing"),
    ("newly_unjudged", "Not judged any more"),
    ("fixed", "Fixed"),
    ("new_open", "New and open"),
    ("gone", "Gone while open"),
)
_TICKS = re.compile(r"`([^`]+)`")
WIDTH, HEIGHT, LEFT, BOTTOM = 680, 190, 40, 24  # of the trend, in units of the drawing


def render(report: dict[str, Any]) -> str:
    """The page of a report."""
    from jinja2 import Environment
    from jinja2 import StrictUndefined
    from markupsafe import Markup
    from markupsafe import escape

    home = files(__package__) / "page"
    script = (home / "script.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((home / "page.html").read_text("utf-8"))
    return template.render(
        **_view(report),
        ticks=lambda text: Markup(_TICKS.sub(r"<code>\1</code>", str(escape(text)))),  # noqa: S704 - escaped
        style=Markup((home / "style.css").read_text("utf-8")),  # noqa: S704 - ours, not scanned
        script=Markup(script),  # noqa: S704
        script_hash=f"sha256-{digest}",
    )


def _view(report: Mapping[str, Any]) -> dict[str, Any]:
    verdict = report["verdict"]
    percent = verdict["readiness"]["percent"]
    return {
        "report": report,
        "name": PurePath(report["run"]["root"]).name or report["run"]["root"],
        "files": sum(report["run"]["files"].values()),
        "run": report["run"],
        "verdict": verdict,
        "plan": {**report["plan"], "acceptance": [{**entry, "due": "", "deferred": ()} for entry in report["plan"]["acceptance"]]},
        "named": {key: any(entry[key] for entry in report["plan"]["remediation"]) for key in ("owner", "phase")},
        "checks": report["checks"],
        "measured": [check for check in report["checks"] if check.get("measured")],
        "groups": list(_groups(report)),
        "bypassed": report["bypass"] and any(not gate["passed"] for gate in report["gates"]),
        "readiness_text": f"Readiness {'not measured' if percent is None else f'{percent} percent'}",
        "trend": _trend(report["history"], verdict["readiness"]["required"]),
        "closing": history.days_open(report["history"]),
        "comparison_words": COMPARED,
        "moved": [row for row in (report["comparison"] or {"scores": []})["scores"] if row["before"] != row["after"]],
        "number": lambda value: "–" if value is None else f"{value:.1f}",
    }


def _groups(report: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The checks by outcome and, in each, by rule, P0 first."""
    rules = {rule["id"]: rule for rule in report["rules"]}
    named: set[str] = set()
    for key, name in GROUPS.items():
        checks = [check for check in report["checks"] if check["outcome"] == key]
        by_rule: dict[str, list[dict[str, Any]]] = {}
        for check in checks:
            by_rule.setdefault(check["rule"], []).append({**check, "told": " ".join(finding["message"] for finding in check["findings"])})
        entries = [{**_rule(rules, id, found), "checks": found, "anchor": id not in named} for id, found in by_rule.items()]
        named.update(by_rule)
        if checks:
            yield {
                "key": key,
                "name": name,
                "count": len(checks),
                "open": key in OPEN,
                "detailed": key != "passed",
                "rules": sorted(entries, key=lambda entry: (entry["priority"], entry["id"])),
            }


def _rule(rules: Mapping[str, Any], id: str, checks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    known = rules.get(id, {})
    words = {key: known.get(key, "") for key in ("title", "why", "remedy")}
    return {"id": id, **words, "title": words["title"] or id, "priority": checks[0]["priority"], "category": checks[0]["category"]}


def _trend(runs: Sequence[Mapping[str, Any]], required: float) -> dict[str, Any] | None:
    """The drawing of a history of two runs and more."""
    points = [(index, run) for index, run in enumerate(runs) if run.get("readiness") is not None]
    if len(points) < 2:
        return None

    def x(index: int) -> float:
        return round(LEFT + (WIDTH - LEFT - 16) * index / (len(runs) - 1), 1)

    def y(value: float) -> float:
        return round(8 + (HEIGHT - BOTTOM - 8) * (1 - min(max(value, 0), 100) / 100), 1)

    def line(key: str) -> str:
        return " ".join(f"{x(index)},{y(run[key])}" for index, run in enumerate(runs) if run.get(key) is not None)

    return {
        "width": WIDTH,
        "height": HEIGHT,
        "runs": len(runs),
        "first": points[0][1]["readiness"],
        "last": points[-1][1]["readiness"],
        "ticks": [{"value": value, "y": y(value)} for value in (0, 25, 50, 75, 100)],
        "required": y(required),
        "readiness": line("readiness"),
        "score": line("score"),
        "points": [{"x": x(i), "y": y(run["readiness"]), "title": f"{run['date']}: {run['readiness']} %"} for i, run in points],
        "labels": [
            {"x": x(0), "text": runs[0]["date"], "anchor": "start"},
            {"x": x(len(runs) - 1), "text": runs[-1]["date"], "anchor": "end"},
        ],
    }
