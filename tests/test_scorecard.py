"""From checks to a verdict: every figure, on the example of docs/verdict.md and at the edges."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import pytest

from pytest_readiness import planning
from pytest_readiness import scorecard
from pytest_readiness.policy import Level
from pytest_readiness.policy import Owner
from pytest_readiness.policy import Phase
from pytest_readiness.policy import Policy
from pytest_readiness.scorecard import cut
from pytest_readiness.scorecard import grade
from pytest_readiness.scorecard import verdict

PAGE = (Path(__file__).parent.parent / "docs" / "verdict.md").read_text("utf-8")
WAIVER = {"reason": "r", "owner": "ann", "until": "2027-01-31", "kind": "gap", "path": "readiness-waivers.yaml", "line": 1}
TODAY = datetime.date(2026, 11, 20)
K8S = "Kubernetes & Helm"


def check(priority: str, outcome: str = "passed", category: str = "Docker", rule: str = "a.rule", *, kind: str = "gap") -> dict[str, Any]:
    waiver = {**WAIVER, "kind": kind} if outcome in ("xfailed", "xpassed") else None
    place = {"path": "a", "line": 1, "kind": "docker.stage"}
    return {"rule": rule, "priority": priority, "category": category, "outcome": outcome, "waiver": waiver, **place}


def report(*checks: dict[str, Any], effort: str = "30m") -> dict[str, Any]:
    numbered = [{**each, "id": f"a::{each['rule']}[{number}]"} for number, each in enumerate(checks)]
    rules = [{"id": rule, "title": f"{rule} holds", "remedy": "mend it", "effort": effort} for rule in sorted({c["rule"] for c in checks})]
    return {"checks": numbered, "rules": rules}


def example() -> dict[str, Any]:
    docker = [check("P0"), check("P1", "failed"), check("P2"), check("P2"), check("P3", "skipped")]
    return report(*docker, check("P0", "xfailed", K8S), *[check("P1", category=K8S)] * 3, check("P3", "failed", K8S))


def test_the_worked_example() -> None:
    found = verdict(example(), Policy())
    docker, kubernetes = found["categories"]
    keys = ("score", "of_10", "grade", "coverage", "met", "scored", "open", "known_gaps", "unknown", "standing")
    assert [docker[key] for key in keys] == [75.0, 7.5, "C", 94.1, 3, 4, 1, 0, 1, "not ready"]
    assert [kubernetes[key] for key in keys[:-1]] == [57.1, 5.7, "F", 100.0, 3, 5, 1, 1, 0]
    overall = found["overall"]
    assert (overall["score"], overall["of_10"], overall["grade"], overall["label"], overall["coverage"]) == (
        66.0,
        6.6,
        "D",
        "DEFINED",
        97.3,
    )
    assert found["readiness"] == {"percent": 62.5, "required": 85.0, "margin": -22.5, "with_gaps_closed": 87.5}
    assert (found["risk"], found["open_p0"]) == ("HIGH", 1)
    assert (found["verdict"], found["reasons"]) == ("BLOCKED", ["1 P1 check open"])


def test_the_page_shows_the_figures_of_its_example() -> None:
    found = verdict(example(), Policy())
    figures = [row[key] for row in (*found["categories"], found["overall"]) for key in ("score", "of_10", "coverage")]
    figures += [found["readiness"][key] for key in ("percent", "margin", "with_gaps_closed")]
    assert [figure for figure in figures if not re.search(rf"\*\*{figure}( %)?\*\*", PAGE)] == []


@pytest.mark.parametrize(
    ("score", "coverage", "open_p0", "expected"),
    [
        (100, 100, False, "A"),
        (93, 100, False, "A"),
        (92.9, 100, False, "A-"),
        (100, 82.9, False, "B-"),
        (100, 40, False, "F"),
        (100, 100, True, "C"),
        (65, 100, True, "D"),
        (0, 100, False, "F"),
    ],
)
def test_grades(score: float, coverage: float, open_p0: bool, expected: str) -> None:
    assert grade(score, coverage, open_p0=open_p0) == expected


def test_percentages_are_never_rounded_up() -> None:
    assert [cut(value) for value in (84.96, 85.0, 100.0, 100 * 2 / 3, 0.0, 57.0 * 1.1 / 1.1)] == [84.9, 85.0, 100.0, 66.6, 0.0, 57.0]


@pytest.mark.parametrize(
    ("checks", "expected", "reason"),
    [
        ([check("P0"), check("P3", "failed")], "APPROVED", ""),
        ([check("P0", "failed")], "BLOCKED", "1 P0 check open"),
        ([check("P1", "failed"), check("P1", "failed")], "BLOCKED", "2 P1 checks open"),
        ([check("P0", "xfailed"), check("P1")], "CONDITIONAL", "a::a.rule[0] is a known gap (ann, until 2027-01-31)"),
        ([check("P0", "xfailed", kind="accepted"), check("P1")], "APPROVED", ""),
        ([check("P0", "xpassed")], "APPROVED", ""),
        ([check("P0"), check("P1", "error")], "BLOCKED", "1 item could not be judged: unreadable files or crashed rules"),
        ([check("P0"), check("P0", "failed", rule="readiness.parses")], "BLOCKED", "1 item could not be judged"),
        ([check("P0"), check("P0", "xfailed", rule="readiness.parses")], "BLOCKED", "1 item could not be judged"),
        ([check("P0"), check("P0", "skipped", rule="readiness.parses")], "APPROVED", ""),
        ([check("P0", "skipped")], "BLOCKED", "nothing was judged"),
        ([check("P1", "skipped"), check("P3")], "BLOCKED", "no P0 or P1 check could be judged"),
        ([check("P1", "skipped"), check("P0"), check("P3")], "APPROVED", ""),
        ([check("P2", "skipped"), check("P3")], "APPROVED", ""),
        ([], "BLOCKED", "nothing was judged"),
    ],
)
def test_verdicts(checks: list[dict[str, Any]], expected: str, reason: str) -> None:
    found = verdict(report(*checks), Policy())
    assert (found["verdict"], "; ".join(found["reasons"])[: len(reason)]) == (expected, reason)


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ([check("P0", "failed")], "CRITICAL"),
        ([check("P0", "xfailed")], "HIGH"),
        ([check("P1", "failed")], "HIGH"),
        ([check("P1", "xfailed")], "MEDIUM"),
        ([check("P2", "failed")], "LOW"),
        ([check("P0", "skipped")], "UNKNOWN"),
        ([check("P0"), check("P3", "error")], "HIGH"),
        ([], "UNKNOWN"),
    ],
)
def test_risk(checks: list[dict[str, Any]], expected: str) -> None:
    assert verdict(report(*checks), Policy())["risk"] == expected


def test_gaps_are_only_spoken_of_where_there_are_some() -> None:
    def last_reason(*checks: dict[str, Any]) -> str:
        return str(verdict(report(*checks), Policy())["reasons"][-1])

    assert last_reason(check("P0", "failed")) == "readiness is 0.0 %, 85 % is required"
    with_gap = [check("P0", "failed"), check("P0", "xfailed")]
    assert last_reason(*with_gap) == "readiness would be 50.0 % with its known gaps closed, 85 % is required"


def test_what_is_accepted_leaves_the_score_and_is_counted() -> None:
    (docker,) = verdict(report(check("P0", "xfailed", kind="accepted"), check("P2")), Policy())["categories"]
    assert (docker["score"], docker["accepted"], docker["scored"], docker["coverage"]) == (100.0, 1, 1, 100.0)


def test_a_category_of_unknowns_is_not_measured() -> None:
    found = verdict(report(check("P0", "skipped", K8S), check("P0")), Policy())
    kubernetes = found["categories"][1]
    assert (kubernetes["score"], kubernetes["grade"], kubernetes["standing"], kubernetes["coverage"]) == (None, None, "not measured", 0.0)
    assert found["overall"]["score"] == 100.0
    assert found["overall"]["grade"] == "F"  # half of it was not judged


def test_where_there_is_nothing_nothing_is_covered() -> None:
    assert verdict(report(), Policy())["overall"]["coverage"] == 0.0
    (aspect,) = verdict(report(check("P0")), Policy(aspects={"Speed": ("Performance",)}))["aspects"]
    assert (aspect["coverage"], aspect["standing"]) == (0.0, "not measured")


def test_categories_weigh_what_the_policy_says() -> None:
    made = report(check("P0"), check("P0", "failed", K8S))
    assert verdict(made, Policy(category_weights={"Docker": 3}))["overall"]["score"] == 75.0
    assert verdict(made, Policy(category_weights={"Docker": 0}))["overall"]["score"] == 0.0


def test_an_aspect_is_its_categories_together() -> None:
    made = report(check("P0"), check("P1", "xfailed", K8S), *[check("P0", category=K8S)] * 2)
    (aspect,) = verdict(made, Policy(aspects={"Reliability": ("Docker", K8S, "Testing")}))["aspects"]
    assert (aspect["standing"], aspect["score"], aspect["met"], aspect["scored"]) == ("ready", 85.7, 3, 4)


def test_a_condition_names_who_closes_what_by_when() -> None:
    (docker,) = verdict(report(check("P0", "xfailed"), check("P0")), Policy())["categories"]
    assert (docker["standing"], docker["conditions"]) == ("conditional", ["a::a.rule[0] is closed (ann, until 2027-01-31)"])


LEVELS = (Level("one", ("a.*",)), Level("two", ("b.*",)), Level("three", ("c.x", "c.y")))


@pytest.mark.parametrize(
    ("checks", "level", "value"),
    [
        ([], 0, 0.0),
        ([check("P0", "failed")], 1, 1.0),
        ([check("P0"), check("P0", rule="b.x"), check("P0", "failed", rule="b.y")], 1, 1.5),
        ([check("P0"), check("P0", rule="b.x"), check("P0", rule="c.x"), check("P0", "skipped", rule="c.y")], 3, 3.0),
        ([check("P0"), check("P0", rule="c.x")], 1, 1.0),
        ([check("P0", "skipped"), check("P0", rule="b.x")], 0, 0.0),
        ([check("P0"), check("P0", "xfailed", rule="b.x", kind="accepted")], 1, 1.0),
        ([check("P0"), check("P0", rule="b.x"), check("P0", "xfailed", rule="b.y", kind="accepted")], 2, 2.0),
    ],
    ids=[
        "nothing",
        "the first needs a judgement only",
        "a fraction",
        "unknown shows nothing",
        "no level is jumped",
        "unknown alone",
        "a risk shows nothing",
        "a risk takes nothing away",
    ],
)
def test_maturity(checks: list[dict[str, Any]], level: int, value: float) -> None:
    found = verdict(report(*checks), Policy(maturity=LEVELS))["maturity"]
    assert (found["level"], found["value"], found["of"]) == (level, value, 3)


# -- the plan


def planned(policy: Policy, *checks: dict[str, Any], owner: str = "team", effort: str = "30m") -> dict[str, Any]:
    return planning.plan(report(*checks, effort=effort), policy, TODAY, lambda _rule, _path: owner)


def test_the_plan_is_ordered_by_priority_and_effort() -> None:
    found = planned(
        Policy(),
        *[check("P1", "failed", rule="a.big")] * 3,
        check("P1", "failed", rule="a.small"),
        check("P0", "xfailed", rule="a.gap"),
        check("P2", "passed", rule="a.fine"),
    )
    shown = [(entry["rule"], entry["hours"], entry["owner"], entry["due"], len(entry["checks"])) for entry in found["remediation"]]
    assert shown == [
        ("a.gap", 0.5, "ann", "2027-01-31", 1),
        ("a.small", 0.5, "team", "2026-11-27", 1),
        ("a.big", 1.5, "team", "2026-11-27", 3),
    ]
    assert found["effort"] == [
        {"phase": "P0", "owner": "ann", "hours": 0.5, "person_weeks": 0.01},
        {"phase": "P1", "owner": "team", "hours": 2.0, "person_weeks": 0.05},
    ]


def test_the_matrix_says_how_many_of_how_many_fail() -> None:
    found = planned(Policy(windows={"P0": 1, "P1": 7, "P2": 30, "P3": 90}), check("P0", "failed"), check("P0"), check("P0", "skipped"))
    assert found["matrix"][0] == {
        "priority": "P0",
        "window_days": 1,
        "due": "2026-11-21",
        "open": 1,
        "known_gaps": 0,
        "rules": [{"rule": "a.rule", "open": 1, "of": 2}],
    }


@pytest.mark.parametrize(("effort", "expected"), [("30m", 0.5), ("2h", 2.0), ("1d", 8.0)])
def test_effort_in_hours(effort: str, expected: float) -> None:
    assert planning.hours(effort) == expected


FOUR = ("a.one", "a.two", "a.three", "a.four")


@pytest.mark.parametrize(
    ("phase", "passed"),
    [
        (Phase("p", "2027-01-01", FOUR), False),
        (Phase("p", "2027-01-01", FOUR[:3]), True),
        (Phase("p", "2027-01-01", FOUR, min_success=75), True),
        (Phase("p", "2027-01-01", FOUR, max_deferrals=1), False),
        (Phase("p", "2027-01-01", FOUR, max_deferrals=1, deferred={"a.four": "later"}), True),
        (Phase("p", "2027-01-01", (*FOUR, "b.none"), max_deferrals=1, deferred={"a.four": "later"}), False),
    ],
    ids=["one is open", "all done", "enough", "not deferred", "deferred", "what has no check is not done"],
)
def test_phases(phase: Phase, passed: bool) -> None:
    done = [check("P0", rule=rule) for rule in FOUR[:3]]
    (found,) = planned(Policy(phases=(phase,)), *done, check("P0", "failed", rule="a.four"))["phases"]
    assert found["passed"] is passed


def test_a_phase_says_when_its_entries_are_due() -> None:
    policy = Policy(phases=(Phase("Critical", "2027-03-01", ("a.*",)),))
    (entry,) = planned(policy, check("P0", "failed"))["remediation"]
    assert (entry["phase"], entry["due"]) == ("Critical", "2027-03-01")


def test_an_acceptance_set_needs_every_item_judged_and_met() -> None:
    policy = Policy(acceptance={"done": ("a.one",), "open": ("a.one", "a.two"), "nothing": ("b.none",), "unknown": ("a.three",)})
    checks = [check("P0", rule="a.one"), check("P0", "failed", rule="a.two"), check("P0", "skipped", rule="a.three")]
    assert {entry["name"]: entry["passed"] for entry in planned(policy, *checks)["acceptance"]} == {
        "done": True,
        "open": False,
        "nothing": False,
        "unknown": False,
    }


@pytest.mark.parametrize(("last", "overdue"), [("2026-11-01", False), ("2026-08-01", True)])
def test_the_clock_of_reviews(last: str, overdue: bool) -> None:
    found = planned(Policy(last_review=last, review_every=90))["review"]
    assert found["overdue"] is overdue
    assert planned(Policy())["review"] is None


def test_owners_cover_rules_and_paths() -> None:
    entry = Owner("ann", ("tf.*",), ("infra/*",))
    assert [entry.covers(*pair) for pair in (("tf.x", "infra/a.tf"), ("k8s.x", "infra/a.tf"), ("tf.x", "a.tf"))] == [True, False, False]


def test_every_outcome_has_a_state() -> None:
    outcomes = ("passed", "failed", "xfailed", "xpassed", "skipped", "error")
    assert {scorecard.state(check("P0", outcome)).value for outcome in outcomes} == {"met", "open", "known gap", "unknown", "unreadable"}
