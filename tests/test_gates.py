"""What a user types about the verdict: gates, bypass, a softer run, and mistakes in the policy."""

from __future__ import annotations

import json
import re

import pytest


def run(pytester: pytest.Pytester, text: str, *args: str) -> pytest.RunResult:
    (pytester.path / "readiness.yaml").write_text(text)
    return pytester.runpytest("--readiness-only", "--readiness-report=json:out.json", "-p", "no:cacheprovider", *args)


def report(pytester: pytest.Pytester) -> dict:
    return json.loads((pytester.path / "out.json").read_text())


@pytest.fixture
def ready(toy, write):
    """Three checks of P0 and P1, all met, one unknown."""
    write(a_toy="one: ok short\nfour: unknown\n", wanted_toy="")
    return toy


@pytest.fixture
def gaps(toy, write):
    """An open P1, everything else is met."""
    write(a_toy="one: ok\nfour: long\n", wanted_toy="")
    return toy


def test_the_score_card_is_shown(ready) -> None:
    result = run(ready, "{}")
    text = result.stdout.str()
    assert re.search(r"^score +category +score +grade +met +unknown$", text, re.MULTILINE)
    assert re.search(r"^ +Governance +100\.0 +D +3 of 3 +1$", text, re.MULTILINE), text
    assert re.search(r"^verdict +APPROVED$", text, re.MULTILINE)
    assert all(len(line) <= 80 for line in text.splitlines() if line[:12].strip() in ("score", "readiness", "verdict"))


def test_quiet_keeps_the_verdict(ready) -> None:
    text = run(ready, "{}", "-q").stdout.str()
    assert "verdict     APPROVED" in text
    assert "score       category" not in text


def test_aspects_are_rows_of_their_own(ready) -> None:
    text = run(ready, "aspects: {Discipline: [Governance]}").stdout.str()
    assert re.search(r"^ +Discipline +100\.0", text, re.MULTILINE)


def test_readiness_min(gaps) -> None:
    result = run(gaps, "{}", "--deselect", "a.toy::toy.short[four]", "--readiness-min", "100")
    assert result.ret == 0
    result = run(gaps, "{}", "--readiness-min", "90")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["gate        --readiness-min: SHUT", "              readiness is 83.3 %, 90 % is required"])


PROMOTE = "gates: {promote: {min-coverage: 100}}\n"


def test_a_shut_gate_fails_a_run_in_which_every_check_passes(ready) -> None:
    result = run(ready, PROMOTE, "--readiness-gate", "promote")
    assert result.ret == 1
    assert result.parseoutcomes() == {"passed": 3, "skipped": 1}
    result.stdout.fnmatch_lines(["gate        promote: SHUT", "              coverage is * %, 100 % is required"])
    (gate,) = report(ready)["gates"]
    assert (gate["gate"], gate["passed"], len(gate["reasons"])) == ("promote", False, 1)


def test_a_gate_nobody_asked_for_says_nothing(ready) -> None:
    result = run(ready, PROMOTE)
    assert result.ret == 0
    assert "SHUT" not in result.stdout.str()
    assert report(ready)["gates"] == []


@pytest.mark.parametrize(
    ("gate", "shut"),
    [
        ("block-if-open: [{priorities: [P1]}]", "P1 open: a.toy::toy.short[four]"),
        ("block-if-open: [{priorities: [P0]}]", ""),
        ("block-if-open: [{rules: ['toy.s*'], categories: [Governance]}]", "Governance toy.s* open: a.toy::toy.short[four]"),
        ("block-if-open: [{categories: [Docker]}]", ""),
        ("min-score: {overall: 90}", "score of overall is 83.3 %, 90 % is required"),
        ("min-score: {Governance: 80}", ""),
        ("min-score: {Docker: 80}", "score of Docker is not measured, 80 % is required"),
        ("min-readiness: 85", "readiness is 83.3 %, 85 % is required"),
        ("min-coverage: 100", ""),
        ("acceptance: [done]", "acceptance 'done' is not passed"),
        ("phases: [First]", ""),
    ],
)
def test_what_a_gate_asks(gaps, gate, shut) -> None:
    policy = "acceptance: {done: [toy.good, toy.short]}\nphases: [{name: First, due: 2027-01-01, items: [toy.good]}]\n"
    run(gaps, f"{policy}gates: {{promote: {{{gate}}}}}\n", "--readiness-gate", "promote")
    (found,) = report(gaps)["gates"]
    assert "; ".join(found["reasons"]) == shut
    assert found["passed"] is not bool(shut)


@pytest.mark.parametrize(("allowed", "passed"), [("true", True), ("false", False)])
def test_a_gate_may_allow_known_gaps(gaps, write, allowed, passed) -> None:
    gap = "waivers:\n- {rule: toy.short, where: a.toy, reason: later, owner: ann, until: 2099-01-01}\n"
    write(**{"readiness-waivers_yaml": gap})
    result = run(gaps, f"gates: {{p: {{block-if-open: [{{allow-known-gaps: {allowed}}}]}}}}\n", "--readiness-gate=p")
    assert (result.ret == 0) is passed


def test_a_bypass_is_told_everywhere_and_lets_the_gate_pass(ready) -> None:
    result = run(ready, PROMOTE, "--readiness-gate=promote", "--readiness-bypass=INC-7: the pager\x1b[31m")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["gate        promote: SHUT", "BYPASSED    1 shut gate: INC-7: the pager*"])
    assert "\x1b[31m" not in result.stdout.str()
    assert report(ready)["bypass"].startswith("INC-7: the pager")
    assert report(ready)["gates"][0]["passed"] is False


def test_a_bypass_does_not_hide_a_failed_check(gaps) -> None:
    assert run(gaps, PROMOTE, "--readiness-gate=promote", "--readiness-bypass=now").ret == 1


def test_checks_below_the_gate_do_not_turn_the_run_red(gaps) -> None:
    gaps.makeini("[pytest]\nreadiness_gate = p0\nxfail_strict = true\n")
    result = run(gaps, "{}", "-rx")
    assert result.ret == 0
    assert result.parseoutcomes() == {"passed": 3, "xfailed": 1}
    result.stdout.fnmatch_lines(["XFAIL a.toy::toy.short[[]four] - *below the gate: a.toy:2:1: P1 toy.short: too long"])
    (check,) = [check for check in report(gaps)["checks"] if check["rule"] == "toy.short"]
    assert (check["outcome"], check["waiver"], len(check["findings"])) == ("xfailed", None, 1)
    assert report(gaps)["verdict"]["verdict"] == "BLOCKED"


def test_checks_above_the_gate_do(toy, write) -> None:
    write(a_toy="one: bad\n", wanted_toy="")
    toy.makeini("[pytest]\nreadiness_gate = p0\n")
    assert run(toy, "{}").ret == 1


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--readiness-gate=x"], "--readiness-gate x: no gate is called 'x' (known: promote)"),
        (["--readiness-min=101"], "--readiness-min 101: must be a percentage"),
        (["--readiness-bypass=why"], "--readiness-bypass: there is no gate to pass"),
        (["--readiness-bypass= ", "--readiness-min=1"], "--readiness-bypass needs a reason"),
        (["-o", "readiness_gate=p7"], "readiness_gate: must be p0, p1 or p2, not 'p7'"),
    ],
)
def test_mistakes_in_options(ready, args, message) -> None:
    result = run(ready, PROMOTE, *args)
    assert result.ret == 4
    assert message in result.stderr.str()


PHASE = "phases:\n- name: One\n  due: 2027-01-01\n  items: [toy.good, toy.short, toy.any, 'toy.*']\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("score: {requird: 1}", "1:9: score: unknown key 'requird'"),
        ("score: {weights: {P4: 1}}", "score.weights"),
        ("score: {categories: {Dokcer: 1}}", "1:22: score: no category is called 'Dokcer' (known: "),
        ("aspects:\n  All: [Docker, Dokcer]", "2:17: aspects: no category is called 'Dokcer'"),
        ("owners: [{owner: a, rules: [toys.*]}]", "1:29: owners: no rule is called 'toys.*'"),
        ("acceptance: {done: [toy.god]}", "1:21: acceptance: no rule is called 'toy.god'"),
        ("maturity: [{name: a, rules: [x.*]}]", "1:30: maturity: no rule is called 'x.*'"),
        ("gates: {p: {block-if-open: [{rules: [x.y]}]}}", "1:38: gates: no rule is called 'x.y'"),
        ("gates: {p: {block-if-open: [{categories: [X]}]}}", "1:43: gates: no category is called 'X'"),
        ("gates: {p: {min-score: {Oval: 1}}}", "1:25: gates: no category is called 'Oval'"),
        ("gates: {p: {acceptance: [done]}}", "1:26: gates: acceptance has no 'done'"),
        ("gates: {p: {phases: [One]}}", "1:22: gates: phases has no 'One'"),
        ("review: {last: yesterday, every: 30}", "1:10: review: 'yesterday' is not a date as YYYY-MM-DD"),
        (PHASE.replace("2027-01-01", "soon"), "3:3: phases: 'soon' is not a date"),
        (
            PHASE + "  min-success: 90\n  max-deferrals: 1\n",
            "6:3: phases: 'One' cannot be both: 1 of 4 items deferred leave 75 %, less than",
        ),
        (PHASE + "  max-deferrals: 0\n  deferred: [{rule: toy.any, reason: r}]\n", "6:3: phases: 'One': 1 items are deferred, 0 may be"),
        (PHASE + "  deferred: [{rule: toy.x, reason: r}]\n", "5:15: phases: "),
        (PHASE + PHASE.removeprefix("phases:\n"), "5:3: phases: 'One' comes twice"),
        ('aspects: {"\\e[31m": [Docker]}\n', "1:22: aspects: a text holds characters that cannot be shown"),
        ('owners: [{owner: "a\\u202e"}]\n', "1:11: owners: a text holds characters that cannot be shown"),
    ],
)
def test_mistakes_in_the_policy_are_errors_at_their_line(ready, text, message) -> None:
    result = run(ready, text)
    assert result.ret == 4, result.stdout.str()
    assert f"readiness.yaml:{message}" in result.stderr.str() or message in result.stderr.str()


def test_the_plan_knows_owners_and_code_owners(gaps, write) -> None:
    write(b_toy="five: long\n", CODEOWNERS_="* @org/all\n")
    (gaps.path / "CODEOWNERS").write_text("* @org/all\n")
    run(gaps, "owners: [{owner: ann, paths: [a.toy]}]\n")
    assert {entry["owner"]: entry["checks"] for entry in report(gaps)["plan"]["remediation"]} == {
        "ann": ["a.toy::toy.short[four]"],
        "@org/all": ["b.toy::toy.short[five]"],
    }


def test_serial_and_parallel_runs_give_the_same_verdict(gaps) -> None:
    run(gaps, PROMOTE, "--readiness-gate=promote")
    serial = report(gaps)
    (gaps.path / "out.json").unlink()  # or it is one more file that was looked at
    run(gaps, PROMOTE, "--readiness-gate=promote", "-n2")
    assert report(gaps) == serial
