"""Tests of a team's own that join the verdict with a mark."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase

import pytest

MARKED = '''
import pytest

@pytest.mark.readiness("acme.restore-works", priority="P0", category="Resilience/DR", remedy="mend the restore")
def test_restore():
    """The restore works.

    A backup nobody restored is a hope.
    """
    assert OUTCOME

def test_ordinary():
    pass
'''


@pytest.fixture
def project(pytester: pytest.Pytester, write) -> pytest.Pytester:
    pytester.makeini("[pytest]\n")
    write(Dockerfile="FROM scratch\n", readiness_yaml="tests: [acme]\nselect: [acme.*, live.*]\n")
    return pytester


def run(pytester: pytest.Pytester, *args: str) -> tuple[pytest.RunResult, dict[str, dict]]:
    """The result of a run, and its records by rule."""
    result = pytester.runpytest_inprocess("--readiness", "-p", "no:cacheprovider", "--readiness-report=json:r.json", *args)
    path = pytester.path / "r.json"
    report = json.loads(path.read_text()) if path.exists() else {"checks": []}
    return result, {check["rule"]: check for check in report["checks"]} | {"report": report}


@pytest.mark.parametrize(
    ("body", "outcome", "reason"),
    [
        ("assert True", "passed", None),
        ("assert 3 == 4, 'three is not four'", "failed", "test_own.py:5: P0 acme.restore-works: three is not four"),
        ("pytest.fail('no backup')", "failed", "test_own.py:5: P0 acme.restore-works: no backup"),
        ("raise OSError('disk')", "error", "OSError: disk"),
        ("pytest.skip('no staging')", "skipped", "no staging"),
        ("pytest.xfail('known')", "xfailed", "known"),
    ],
)
def test_the_outcome_of_a_marked_test_is_a_record(project, write, body: str, outcome: str, reason: str | None) -> None:
    write(test_own_py=f"import pytest\n\n@pytest.mark.readiness('acme.restore-works', priority='P0')\ndef test_it():\n    {body}\n")
    result, found = run(project)
    record = found["acme.restore-works"]
    assert (record["outcome"], record["priority"], record["id"], record["kind"]) == (outcome, "P0", "test_own.py::test_it", "test")
    assert (record["reason"] or "").split("\n")[0] == (reason or "")
    assert result.ret == (0 if outcome in ("passed", "skipped", "xfailed") else 1)


def test_a_failed_test_counts_like_any_check(project, write) -> None:
    write(test_own_py=MARKED.replace("OUTCOME", "False"))
    result, found = run(project)
    result.stdout.fnmatch_lines(["*Resilience/DR*0 of 1*", "verdict     BLOCKED", "*1 P0 check open"])
    (rule,) = (rule for rule in found["report"]["rules"] if rule["id"] == "acme.restore-works")
    assert rule["title"] == "The restore works" and rule["why"] == "A backup nobody restored is a hope."
    assert rule["remedy"] == "mend the restore" and rule["category"] == "Resilience/DR"
    (finding,) = found["acme.restore-works"]["findings"]
    assert (finding["path"], finding["line"]) == ("test_own.py", 10)


def test_setup_and_teardown_that_break_are_errors(project, write) -> None:
    write(
        test_own_py="""
import pytest

@pytest.fixture
def before():
    raise OSError("no host")

@pytest.fixture
def after():
    yield
    raise OSError("left open")

@pytest.mark.readiness("acme.before", priority="P1")
def test_before(before): pass

@pytest.mark.readiness("acme.after", priority="P1")
def test_after(after): pass
"""
    )
    _, found = run(project)
    assert [found[rule]["outcome"] for rule in ("acme.before", "acme.after")] == ["error", "error"]


def test_a_rule_that_exists_gives_what_the_mark_leaves_out(project, write) -> None:
    write(test_own_py="import pytest\n\n@pytest.mark.readiness('live.rto')\ndef test_it(): pass\n")
    _, found = run(project, "-m", "live")
    assert found["live.rto"]["priority"] == "P0" and found["live.rto"]["category"] == "Resilience/DR"


def test_the_rule_may_be_a_criterion_of_the_project_whatever_it_is_about(project, write) -> None:
    write(
        test_own_py="import pytest\n\n@pytest.mark.readiness('acme.restore')\ndef test_it(): pass\n",
        readiness__acme_yaml="""\
criteria:
  - {id: acme.restore, title: Restores, on: k8s.workload, priority: P1, remedy: mend it, require: {metadata: present}, draft: true}
""",
    )
    assert run(project, "test_own.py")[1]["acme.restore"]["priority"] == "P1"


def test_live_ones_run_only_on_purpose(project, write) -> None:
    write(
        test_own_py="import pytest\n\n@pytest.mark.readiness('live.rto')\ndef test_it(): assert not 'contacted'\n\ndef test_ordinary(): pass\n",
        readiness_yaml="select: [live.*]\n",
    )
    result, found = run(project)
    assert "live.rto" not in found and result.ret == 0
    result.stdout.fnmatch_lines(["*1 deselected*", "live        1 live check declared and not run; --readiness-live*"])
    result.stdout.no_fnmatch_line("only a part*")
    run(project, "-n2")[0].stdout.fnmatch_lines(["live        1 live check declared and not run; --readiness-live*"])
    result, found = run(project, "-m", "live")
    assert found["live.rto"]["outcome"] == "failed" and result.ret == 1


def test_without_readiness_it_is_a_test_like_any_other(project, write) -> None:
    write(test_own_py="import pytest\n\n@pytest.mark.readiness('live.rto')\ndef test_it(): pass\n")
    project.runpytest_inprocess("--strict-markers", "-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_a_waiver_makes_it_a_strict_known_gap(project, write) -> None:
    waiver = "waivers:\n  - {rule: acme.restore-works, where: test_own.py, reason: no staging yet, owner: ops, until: 2099-01-01}\n"
    write(test_own_py=MARKED.replace("OUTCOME", "False"), **{"readiness-waivers_yaml": waiver})
    result, found = run(project)
    assert found["acme.restore-works"]["outcome"] == "xfailed" and found["acme.restore-works"]["waiver"]["owner"] == "ops"
    assert result.ret == 0
    write(test_own_py=MARKED.replace("OUTCOME", "True"))
    result, found = run(project)
    assert found["acme.restore-works"]["outcome"] == "xpassed" and result.ret == 1
    write(test_own_py=MARKED.replace("OUTCOME", "1 / 0"))
    result, found = run(project)
    assert found["acme.restore-works"]["outcome"] == "error" and result.ret == 1  # a crash is never hidden by a waiver


@pytest.mark.parametrize("where", ["test_own.py::test_restore", "test_*.py", "*::test_restore"])
def test_a_waiver_of_a_test_that_a_run_leaves_out_is_not_said_to_cover_nothing(project, write, where: str) -> None:
    waiver = f"waivers:\n  - {{rule: acme.*, where: '{where}', reason: x, owner: ops, until: 2099-01-01}}\n"
    write(test_own_py=MARKED.replace("OUTCOME", "False"), **{"readiness-waivers_yaml": waiver})
    assert run(project)[1]["acme.restore-works"]["outcome"] == "xfailed"
    run(project, "--readiness-only")[0].stdout.no_fnmatch_line("*covers no check*")


@pytest.mark.parametrize(("rule", "where"), [("acme.gone", "test_own.py"), ("acme.restore-works", "test_own.py::test_gone")])
def test_a_waiver_of_no_test_is_said(project, write, rule: str, where: str) -> None:
    waiver = f"waivers:\n  - {{rule: {rule}, where: {where}, reason: x, owner: ops, until: 2099-01-01}}\n"
    write(test_own_py=MARKED.replace("OUTCOME", "True"), **{"readiness-waivers_yaml": waiver})
    for switch in ("--readiness", "--readiness-only"):
        result, _ = run(project, switch)
        result.stdout.fnmatch_lines([f"*covers no check: no {rule} at {where}*"])
        assert result.ret == 1


def test_who_may_waive_holds_for_tests_too(project, write) -> None:
    waiver = "waivers:\n  - {rule: acme.restore-works, where: test_own.py, reason: x, owner: ops, until: 2099-01-01}\n"
    write(test_own_py=MARKED.replace("OUTCOME", "False"), **{"readiness-waivers_yaml": waiver})
    write(readiness_yaml="tests: [acme]\nselect: [acme.*]\nwaivers: {p0-owners: [lead]}\n")
    _, found = run(project)
    assert found["readiness.waiver"]["findings"][0]["message"] == "covers a P0 check, which ops may not waive (only lead)"


def test_a_verdict_without_the_tests_that_were_deselected_says_so(project, write) -> None:
    write(test_own_py=MARKED.replace("OUTCOME", "False") + MARKED.replace("OUTCOME", "True").replace("test_restore", "test_again"))
    run(project, "-k", "test_again")[0].stdout.fnmatch_lines(["only a part 1 check was deselected"])


def test_marks_and_gates_apply(project, write) -> None:
    write(test_own_py=MARKED.replace("OUTCOME", "False").replace("P0", "P2"))
    assert "acme.restore-works" not in run(project, "-m", "p0")[1]
    assert run(project, "-m", "p2")[1]["acme.restore-works"]["outcome"] == "failed"
    result, found = run(project, "-o", "readiness_gate=p1")
    assert found["acme.restore-works"]["outcome"] == "xfailed" and result.ret == 0


@pytest.mark.parametrize(
    ("mark", "mistake"),
    [
        ("()", "it takes one id of a rule"),
        ("('restore')", "it takes one id of a rule"),
        ("('acme.restore')", "its priority is missing: one of P0, P1, P2, P3"),
        ("('acme.restore', priority='high')", "'high' is no priority: one of P0"),
        ("('acme.restore', priority='P0', owner='ops')", "unknown owner (known: category, effort, priority, remedy, title)"),
        ("('acme.restore', priority='P0', category='Backups')", "unknown category 'Backups'"),
        ("('acme.restore', priority='P0', effort='soon')", "the effort 'soon' is not like 30m, 2h or 1d"),
        ("('acme.restore', priority='P0', remedy='', title=3)", "the remedy must be a short imperative phrase; the title must be a text"),
    ],
)
def test_a_wrong_mark_is_an_error_of_its_file(project, write, mark: str, mistake: str) -> None:
    write(test_own_py=f"import pytest\n\n@pytest.mark.readiness{mark}\n@pytest.mark.parametrize('x', [1, 2])\ndef test_it(x): pass\n")
    result, _ = run(project)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    told = f"test_own.py:*: @pytest.mark.readiness: {mistake.replace('[', '[[]')}*"
    result.stdout.fnmatch_lines(["*ERROR collecting test_own.py*", told, "ERROR test_own.py*"])
    assert len([line for line in result.outlines if line.startswith("test_own.py:")]) == 1


def test_wrong_marks_are_told_all_at_once_and_on_workers(project, write) -> None:
    write(test_own_py="import pytest\n\n@pytest.mark.readiness()\ndef test_it(): pass\n\n@pytest.mark.readiness(1)\ndef test_too(): pass\n")
    write(test_more_py="import pytest\n\n@pytest.mark.readiness(2)\nclass TestIt:\n    def test_it(self): pass\n")
    for workers in ("-n0", "-n2"):
        result, _ = run(project, workers)
        assert result.ret == (pytest.ExitCode.INTERRUPTED if workers == "-n0" else pytest.ExitCode.TESTS_FAILED)
        result.stdout.fnmatch_lines(["test_more.py:*: @pytest*", "test_own.py:3: @pytest*", "test_own.py:6: @pytest*"])


def test_what_is_measured_has_its_target_beside_it(project, write) -> None:
    write(
        test_own_py="""
import pytest

@pytest.mark.readiness("live.rto")
def test_restore(readiness_measure):
    readiness_measure(11, unit="s", below="30min")

@pytest.mark.readiness("live.p99-latency")
def test_latency(readiness_measure):
    readiness_measure(0.006, unit="s", below="5ms")

@pytest.mark.readiness("live.cache-hit-rate")
def test_wrong(readiness_measure):
    readiness_measure("95%", unit="ratio", at_least="85%")
"""
    )
    result, found = run(project, "--readiness-live", "--junitxml=j.xml")
    assert found["live.rto"]["measured"]["margin"] == "99 % better"
    assert found["live.p99-latency"]["reason"].endswith("what was measured is 6 ms, below 5 ms expected (20 % worse)")
    assert found["live.cache-hit-rate"]["outcome"] == "error"
    result.stdout.fnmatch_lines(["targets     what*target*actual*margin*", "*test_restore*below 30 min*11 s*99 % better*"])
    assert '<property name="margin" value="99 % better"' in (project.path / "j.xml").read_text()


MEASURED = [
    ("3, below=2", "failed", "what was measured is 3, below 2 expected (50 % worse)"),
    ("0.006, unit='s', below=5", "passed", None),
    ("3, below='5ms'", "passed", None),
    ("'v1.2', matches='^v1'", "passed", None),
    ("'1.2', equals='1.3'", "failed", "what was measured is '1.2', not 1.3"),
    ("False, equals=False", "passed", None),
    ("None, below=2", "failed", "no data: what was measured holds nothing, below 2 expected"),
    ("3, unit='s', below='5MB'", "error", "TypeError: what was measured is in s, which cannot be compared with 5 MB"),
    ("3, unit='lightyears', below=5", "error", "TypeError: no unit is called 'lightyears' (known: s, ms, *"),
    ("3", "error", "TypeError: readiness_measure takes exactly one of below, at_most, *"),
    ("3, below=1, above=0", "error", "TypeError: readiness_measure takes exactly one of below, at_most, *"),
    ("3, below='soon'", "error", "ValueError: 'soon' is not a number with a unit such as *"),
]


@pytest.mark.parametrize(("call", "outcome", "reason"), MEASURED, ids=[call for call, *_ in MEASURED])
def test_what_is_measured_is_compared_as_what_is_declared(project, write, call: str, outcome: str, reason: str | None) -> None:
    mark = "@pytest.mark.readiness('acme.speed', priority='P1')"
    write(test_own_py=f"import pytest\n\n{mark}\ndef test_it(readiness_measure):\n    readiness_measure({call})\n")
    _, found = run(project, "test_own.py")
    record = found["acme.speed"]
    told = (record["reason"] or "").removeprefix("test_own.py:5: P1 acme.speed: ")
    assert record["outcome"] == outcome and fnmatchcase(told, reason or "")


def test_the_verdict_is_the_same_on_workers(project, write) -> None:
    write(test_own_py=MARKED.replace("OUTCOME", "False"))
    _, alone = run(project)
    _, shared = run(project, "-n2")
    for report in (alone["report"], shared["report"]):
        report["run"] = report.get("verdict", {}).pop("today", None)
    assert alone["report"]["checks"] == shared["report"]["checks"] and alone["report"]["rules"] == shared["report"]["rules"]


def test_a_project_of_tests_alone_has_a_verdict(pytester: pytest.Pytester, write) -> None:
    pytester.makeini("[pytest]\n")
    write(test_own_py=MARKED.replace("OUTCOME", "True"))
    result, _ = run(pytester)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["no infrastructure file: what is judged is declared", "verdict     APPROVED"])
