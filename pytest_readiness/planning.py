"""Who closes which gaps by when: priority matrix, remediation plan, phases, acceptance sets."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from .policy import Phase
from .policy import Policy
from .records import Record
from .scorecard import STILL_OPEN
from .scorecard import State
from .scorecard import cut
from .scorecard import state

HOURS = {"m": 1 / 60, "h": 1.0, "d": 8.0}
WEEK = 40  # hours of one person
Checked = Sequence[tuple[Record, State]]
OwnerOf = Callable[[str, str], str]  # of a rule's checks in a file; empty where nobody is


def hours(effort: str) -> float:
    """An effort such as ``30m``, ``2h`` or ``1d`` (8 hours) in hours."""
    return float(effort[:-1]) * HOURS[effort[-1]]


@dataclass(frozen=True)
class Basis:
    """What a plan rests on besides the checks: the rules by id, the policy, the day, and who owns what."""

    rules: Mapping[str, Any]
    policy: Policy
    today: datetime.date
    owner_of: OwnerOf

    def due(self, priority: str) -> str:
        """The last day of a priority's window."""
        return (self.today + datetime.timedelta(days=self.policy.windows[priority])).isoformat()


def plan(report: Mapping[str, Any], policy: Policy, today: datetime.date, owner_of: OwnerOf) -> dict[str, Any]:
    """Matrix, remediation plan, phases and acceptance sets of a report; its shape is in ``schema/report.schema.json``."""
    checks = [(check, state(check)) for check in report["checks"]]
    basis = Basis({rule["id"]: rule for rule in report["rules"]}, policy, today, owner_of)
    entries = _remediation(checks, basis)
    return {
        "matrix": [_row(priority, checks, basis) for priority in policy.weights],
        "remediation": entries,
        "effort": _effort(entries),
        "phases": [_phase(phase, checks) for phase in policy.phases],
        "acceptance": [_accepted(name, globs, checks) for name, globs in policy.acceptance.items()],
        "review": _review(policy, today),
    }


def _row(priority: str, checks: Checked, basis: Basis) -> dict[str, Any]:
    """A priority with its window, and for each of its rules with open checks how many of how many fail."""
    of_priority = [(check, found) for check, found in checks if check["priority"] == priority]
    scored = Counter(check["rule"] for check, found in of_priority if found in (*STILL_OPEN, State.MET))
    still_open = Counter(check["rule"] for check, found in of_priority if found in STILL_OPEN)
    return {
        "priority": priority,
        "window_days": basis.policy.windows[priority],
        "due": basis.due(priority),
        "open": sum(found is State.OPEN for _, found in of_priority),
        "known_gaps": sum(found is State.GAP for _, found in of_priority),
        "rules": [{"rule": rule, "open": still_open[rule], "of": scored[rule]} for rule in sorted(still_open)],
    }


def _remediation(checks: Checked, basis: Basis) -> list[dict[str, Any]]:
    """What is to be done, by priority and then effort: one entry for a rule and whoever closes its gaps."""
    grouped: dict[tuple[str, str], list[tuple[Record, State]]] = {}
    for check, found in checks:
        if found in STILL_OPEN:
            owner = check["waiver"]["owner"] if check["waiver"] else basis.owner_of(check["rule"], check["path"])
            grouped.setdefault((check["rule"], owner), []).append((check, found))
    entries = [_entry(rule, owner, found, basis) for (rule, owner), found in grouped.items()]
    return sorted(entries, key=lambda entry: (entry["priority"], entry["hours"], entry["rule"], entry["owner"]))


def _entry(rule: str, owner: str, found: Checked, basis: Basis) -> dict[str, Any]:
    """Due with its phase, else on the last day of its known gaps, else with the window of its priority."""
    known, priority = basis.rules.get(rule, {}), found[0][0]["priority"]
    phase = next((phase for phase in basis.policy.phases if any(fnmatchcase(rule, glob) for glob in phase.items)), None)
    untils = [check["waiver"]["until"] for check, _ in found if check["waiver"]]
    return {
        "rule": rule,
        "title": known.get("title", rule),
        "remedy": known.get("remedy", ""),
        "priority": priority,
        "category": found[0][0]["category"],
        "owner": owner,
        "phase": phase.name if phase else None,
        "due": phase.due if phase else max(untils) if len(untils) == len(found) else basis.due(priority),
        "hours": round(len(found) * hours(known.get("effort", "0m")), 2),
        "known_gaps": sum(each is State.GAP for _, each in found),
        "checks": [check["id"] for check, _ in found],
    }


def _effort(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Hours by phase (or priority, outside of the phases) and owner."""
    totals: dict[tuple[str, str], float] = {}
    for entry in entries:
        key = (entry["phase"] or entry["priority"], entry["owner"])
        totals[key] = totals.get(key, 0.0) + entry["hours"]
    return [
        {"phase": phase, "owner": owner, "hours": round(total, 2), "person_weeks": round(total / WEEK, 2)}
        for (phase, owner), total in sorted(totals.items())
    ]


def _accepted(name: str, globs: Sequence[str], checks: Checked) -> dict[str, Any]:
    """An acceptance set is passed when each of its items is done."""
    items = [_item(glob, checks) for glob in globs]
    return {"name": name, "items": items, "passed": all(item["done"] for item in items)}


def _item(glob: str, checks: Checked) -> dict[str, Any]:
    """The checks of an item: it is done when it has some that are judged and all of these are met."""
    found = [each for check, each in checks if fnmatchcase(check["rule"], glob)]
    counts = Counter(found)
    judged = counts[State.MET] + counts[State.OPEN] + counts[State.GAP]
    undone = counts[State.OPEN] + counts[State.GAP] + counts[State.UNREADABLE]
    return {"rule": glob, "done": bool(judged) and not undone, "met": counts[State.MET], "of": judged, "unknown": counts[State.UNKNOWN]}


def _phase(phase: Phase, checks: Checked) -> dict[str, Any]:
    """A phase is passed when enough of its items are done, or all that are not are deferred within the allowance."""
    items = [_item(glob, checks) for glob in phase.items]
    done = sum(item["done"] for item in items)
    rate = cut(100 * done / len(items))
    left = [item["rule"] for item in items if not item["done"]]
    within = phase.max_deferrals is not None and len(left) <= phase.max_deferrals and set(left) <= set(phase.deferred)
    enough = rate >= (100.0 if phase.min_success is None else phase.min_success)
    return {
        "name": phase.name,
        "due": phase.due,
        "items": items,
        "done": done,
        "rate": rate,
        "min_success": phase.min_success,
        "max_deferrals": phase.max_deferrals,
        "deferred": [{"rule": rule, "reason": reason} for rule, reason in phase.deferred.items()],
        "passed": within or enough,
    }


def _review(policy: Policy, today: datetime.date) -> dict[str, Any] | None:
    """When the readiness was last looked at by people and when it is next, where the policy has a clock."""
    if not policy.review_every or not policy.last_review:
        return None
    following = datetime.date.fromisoformat(policy.last_review) + datetime.timedelta(days=policy.review_every)
    return {"last": policy.last_review, "next": following.isoformat(), "overdue": following < today}
