"""From the checks of a run to a verdict: scores, grade, readiness, risk, maturity. A pure function of records and policy.

Every figure can be recomputed by hand from the report. A worked example of all formulas is in ``docs/verdict.md``,
whose numbers `tests/test_scorecard.py` recomputes.

Percentages are cut, not rounded, to one decimal (84.96 is 84.9), so that what is shown never looks
better than what was compared.
"""

from __future__ import annotations

import enum
import math
from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from .policy import Policy
from .records import Record

PARSES = "readiness.parses"
SAMPLE = "readiness.sample"
GRADES = (
    *((93.0, "A"), (90.0, "A-"), (87.0, "B+"), (83.0, "B"), (80.0, "B-")),
    *((77.0, "C+"), (73.0, "C"), (70.0, "C-"), (60.0, "D"), (0.0, "F")),
)
BEST_WITH_OPEN_P0 = "C"
LABELS = ((90.0, "EXCEPTIONAL"), (75.0, "ADVANCED"), (60.0, "DEFINED"), (40.0, "DEVELOPING"), (0.0, "INITIAL"))


class State(enum.Enum):
    """What a check says of readiness."""

    MET = "met"
    OPEN = "open"
    GAP = "known gap"  # open, and known
    ACCEPTED = "accepted"  # a risk somebody took: listed, not scored
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"  # nothing was judged: a file that cannot be read, a rule that crashed


SCORED = (State.MET, State.OPEN, State.GAP)
STILL_OPEN = (State.OPEN, State.GAP)
URGENT = ("P0", "P1")  # what readiness is about


def state(record: Record) -> State:
    """The state of a check. A closed gap is met although it turns the run red."""
    outcome, waiver = record["outcome"], record["waiver"]
    if outcome == "error" or (record["rule"] == PARSES and outcome != "skipped"):
        return State.UNREADABLE
    if outcome == "xfailed":
        if waiver is None:  # below the gate
            return State.OPEN
        return State.ACCEPTED if waiver["kind"] == "accepted" else State.GAP
    return {"passed": State.MET, "xpassed": State.MET, "skipped": State.UNKNOWN}.get(outcome, State.OPEN)


def cut(value: float) -> float:
    """A percentage with one decimal, never rounded up."""
    return math.floor(round(value * 10, 6)) / 10


def grade(score: float, coverage: float, *, open_p0: bool) -> str:
    """The letter of the lower of score and coverage; no better than C while a P0 is open."""
    found = next(letter for bound, letter in GRADES if min(score, coverage) >= bound)
    order = [letter for _, letter in GRADES]
    return order[max(order.index(found), order.index(BEST_WITH_OPEN_P0))] if open_p0 else found


class Tally:
    """Checks by state, with their weights."""

    def __init__(self, checks: Iterable[tuple[Record, State]], policy: Policy) -> None:
        self.checks = [(check, found) for check, found in checks]
        self.policy = policy
        self.count = Counter(found for _, found in self.checks)
        self.weight: dict[State, float] = dict.fromkeys(State, 0.0)
        for check, found in self.checks:
            self.weight[found] += policy.weights[check["priority"]]

    def share(self, *, gaps_closed: bool = False) -> float | None:
        """Percent of the scored weight that is met; None where nothing is scored."""
        scored = sum(self.weight[found] for found in SCORED)
        met = self.weight[State.MET] + (self.weight[State.GAP] if gaps_closed else 0)
        return 100 * met / scored if scored else None

    @property
    def coverage(self) -> float:
        """Percent of the weight that could be judged."""
        judged = sum(self.weight[found] for found in SCORED)
        everything = judged + self.weight[State.UNKNOWN] + self.weight[State.UNREADABLE]
        return 100 * judged / everything if everything else 0.0

    def open(self, *priorities: str, states: Sequence[State] = STILL_OPEN) -> list[Record]:
        """The open checks of some priorities."""
        return [check for check, found in self.checks if found in states and check["priority"] in priorities]

    def figures(self) -> dict[str, Any]:
        """The counts that every part of the score card shows."""
        return {
            "met": self.count[State.MET],
            "scored": sum(self.count[found] for found in SCORED),
            "open": self.count[State.OPEN],
            "known_gaps": self.count[State.GAP],
            "accepted": self.count[State.ACCEPTED],
            "unknown": self.count[State.UNKNOWN],
            "unreadable": self.count[State.UNREADABLE],
            "coverage": cut(self.coverage),
        }


def scores(tally: Tally, score: float | None) -> dict[str, Any]:
    """A score of 100, of 10 and as a letter; all None where nothing was scored."""
    if score is None:
        return {"score": None, "of_10": None, "grade": None}
    letter = grade(cut(score), cut(tally.coverage), open_p0=bool(tally.open("P0")))
    return {"score": cut(score), "of_10": cut(score / 10), "grade": letter}


def verdict(report: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    """The verdict on a report (``records.document``); its shape is ``verdict`` in ``schema/report.schema.json``."""
    # what a criterion's own samples show says nothing of the infrastructure
    checks = [(check, state(check)) for check in report["checks"] if check["kind"] != SAMPLE]
    whole = Tally(checks, policy)
    by_category: dict[str, Tally] = {}
    for name in sorted({check["category"] for check, _ in checks}):
        by_category[name] = Tally([pair for pair in checks if pair[0]["category"] == name], policy)
    overall = _overall(by_category, policy)
    readiness = _readiness(whole, policy)
    made = {
        "overall": {**scores(whole, overall), "label": _label(overall), **whole.figures()},
        "categories": [_category(name, tally, policy) for name, tally in by_category.items()],
        "aspects": [_aspect(name, by_category, policy) for name in policy.aspects],
        "readiness": readiness,
        "open_p0": len(whole.open("P0")),
        "risk": _risk(whole),
        "maturity": _maturity(checks, policy),
    }
    return {**made, **_decision(whole, readiness)}


def _overall(by_category: Mapping[str, Tally], policy: Policy) -> float | None:
    """The mean of the category scores, by category weight."""
    found = [(share, policy.category_weights.get(name, 1.0)) for name, tally in by_category.items() if (share := tally.share()) is not None]
    total = sum(weight for _, weight in found)
    return sum(share * weight for share, weight in found) / total if total else None


def _label(score: float | None) -> str | None:
    return None if score is None else next(label for bound, label in LABELS if cut(score) >= bound)


def _readiness(whole: Tally, policy: Policy) -> dict[str, Any]:
    """Percent of the P0 and P1 weight that is met, against what is required."""
    urgent = Tally([pair for pair in whole.checks if pair[0]["priority"] in URGENT], policy)
    share, closed = urgent.share(), urgent.share(gaps_closed=True)
    percent = None if share is None else cut(share)
    return {
        "percent": percent,
        "required": policy.required,
        "margin": None if percent is None else round(percent - policy.required, 1),
        "with_gaps_closed": None if closed is None else cut(closed),
    }


def _category(name: str, tally: Tally, policy: Policy) -> dict[str, Any]:
    failing = [check["id"] for check, found in tally.checks if found in STILL_OPEN]
    return {"name": name, **scores(tally, tally.share()), **tally.figures(), **_standing(tally, policy), "failing": failing}


def _aspect(name: str, by_category: Mapping[str, Tally], policy: Policy) -> dict[str, Any]:
    found = [tally for category, tally in by_category.items() if category in policy.aspects[name]]
    tally = Tally([pair for each in found for pair in each.checks], policy)
    return {
        "name": name,
        "categories": list(policy.aspects[name]),
        **scores(tally, tally.share()),
        **tally.figures(),
        **_standing(tally, policy),
    }


def _standing(tally: Tally, policy: Policy) -> dict[str, Any]:
    """Ready, conditional on known gaps, not ready, or not measured."""
    share, closed = tally.share(), tally.share(gaps_closed=True)
    if share is None or closed is None:
        return {"standing": "not measured", "conditions": []}
    gaps = [check for check, found in tally.checks if found is State.GAP]
    if cut(share) >= policy.required and not tally.open("P0"):
        return {"standing": "ready", "conditions": []}
    if cut(closed) >= policy.required and not tally.open("P0", states=(State.OPEN,)):
        return {"standing": "conditional", "conditions": [f"{check['id']} is closed ({_until(check)})" for check in gaps]}
    return {"standing": "not ready", "conditions": []}


def _until(check: Record) -> str:
    waiver = check["waiver"]
    return f"{waiver['owner']}, until {waiver['until']}" if waiver else "no date"


def _risk(whole: Tally) -> str:
    """CRITICAL: an open P0 nobody recorded. HIGH: a recorded one, an open P1, or what could not be read. MEDIUM: a recorded P1. LOW: none of these."""
    if whole.open("P0", states=(State.OPEN,)):
        return "CRITICAL"
    if whole.open("P0") or whole.open("P1", states=(State.OPEN,)) or whole.count[State.UNREADABLE]:
        return "HIGH"
    if whole.open("P1"):
        return "MEDIUM"
    return "LOW" if any(whole.count[found] for found in SCORED) else "UNKNOWN"


def _decision(whole: Tally, readiness: Mapping[str, Any]) -> dict[str, Any]:
    """APPROVED, CONDITIONAL or BLOCKED, and why."""
    blocking = []
    for priority in URGENT:
        if found := whole.open(priority, states=(State.OPEN,)):
            blocking.append(f"{_checks(len(found), f'{priority} check')} open")
    if unread := whole.count[State.UNREADABLE]:
        blocking.append(f"{_checks(unread, 'item')} could not be judged: unreadable files or crashed rules")
    if not sum(whole.count[found] for found in SCORED):
        blocking.append("nothing was judged")
    elif readiness["percent"] is None and any(found is State.UNKNOWN for check, found in whole.checks if check["priority"] in URGENT):
        blocking.append("no P0 or P1 check could be judged")
    closed = readiness["with_gaps_closed"]
    if closed is not None and closed < readiness["required"]:
        reached = f"is {closed} %" if closed == readiness["percent"] else f"would be {closed} % with its known gaps closed"
        blocking.append(f"readiness {reached}, {readiness['required']:g} % is required")
    if blocking:
        return {"verdict": "BLOCKED", "reasons": blocking}
    gaps = whole.open(*URGENT, states=(State.GAP,))
    if gaps:
        return {"verdict": "CONDITIONAL", "reasons": [f"{check['id']} is a known gap ({_until(check)})" for check in gaps]}
    return {"verdict": "APPROVED", "reasons": []}


def _checks(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _maturity(checks: Sequence[tuple[Record, State]], policy: Policy) -> dict[str, Any]:
    """The highest level all of whose rules, and of those below it, are met; the fraction is the share of the next one's.

    Level 1 needs its rules to judge something, the others to be met. A level nothing shows is not reached.
    """
    states: dict[str, set[State]] = {}
    for check, found in checks:
        if found not in (State.UNKNOWN, State.ACCEPTED):
            states.setdefault(check["rule"], set()).add(found)
    levels: list[dict[str, Any]] = []
    for number, level in enumerate(policy.maturity, 1):
        shown = [rule for rule in sorted(states) if any(fnmatchcase(rule, glob) for glob in level.rules)]
        met = [rule for rule in shown if number == 1 or states[rule] == {State.MET}]
        levels.append({"level": number, "name": level.name, "rules": len(shown), "met": len(met), "missing": sorted(set(shown) - set(met))})
    reached = next((number for number, level in enumerate(levels) if not level["rules"] or level["met"] < level["rules"]), len(levels))
    following = levels[reached] if reached < len(levels) else None
    fraction = following["met"] / following["rules"] if following and following["rules"] else 0.0
    return {"level": reached, "value": reached + cut(fraction), "of": len(levels), "levels": levels}
