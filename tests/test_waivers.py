"""Known gaps: what they cover, how they end, how they are written."""

from __future__ import annotations

import json

import pytest

from pytest_readiness import ParseFailure
from pytest_readiness import Span
from pytest_readiness import Waiver
from pytest_readiness.project import Project
from pytest_readiness.syntax import yaml
from pytest_readiness.waivers import extended
from pytest_readiness.waivers import load

ENTRY = "  - rule: '{rule}'\n    where: '{where}'\n    reason: in the next release\n    owner: team-a\n    until: {until}\n"


def waived(rule: str = "toy.good", where: str = "a.toy::two", until: str = "2030-01-31") -> str:
    return "waivers:\n" + ENTRY.format(rule=rule, where=where, until=until)


def run(pytester: pytest.Pytester, *args: str) -> tuple[pytest.RunResult, dict[str, dict]]:
    result = pytester.runpytest("--readiness", "--readiness-today=2030-01-31", "--readiness-report=json:out.json", *args)
    return result, {check["id"]: check for check in json.loads((pytester.path / "out.json").read_text())["checks"]}


@pytest.fixture
def project(toy, write):
    write(a_toy="one: ok\ntwo: bad\nthree: unknown\n", wanted_toy="x: ok")
    return toy


def waive(pytester: pytest.Pytester, text: str) -> None:
    (pytester.path / "readiness-waivers.yaml").write_text(text)


@pytest.mark.parametrize(
    ("rule", "where"),
    [
        ("toy.good", "a.toy::two"),
        ("toy.good", "a.toy::t*"),
        ("toy.*", "*::two"),
        ("*", "a.toy::two"),
    ],
)
def test_a_known_gap_is_an_expected_failure_on_its_last_day(project, rule, where) -> None:
    waive(project, waived(rule, where))
    result, checks = run(project)
    result.assert_outcomes(passed=3, xfailed=1, skipped=1, failed=0) if where != "a.toy::t*" else None
    check = checks["a.toy::toy.good[two]"]
    assert (check["outcome"], check["waiver"]["owner"], check["waiver"]["line"]) == ("xfailed", "team-a", 2)
    assert check["findings"][0]["message"] == "the line two is bad"
    assert check["reason"] == "known gap: in the next release (team-a, until 2030-01-31)"
    result.stdout.fnmatch_lines(["known gaps  1 open, 1 to lapse within 14 days"])


def test_gaps_of_several_files_with_checks_and_tests_between_them(project, write) -> None:
    waive(project, waived("toy.good", "*::two") + waived("toy.good", "c.toy::x").removeprefix("waivers:\n"))
    write(b_toy="one: ok\n", c_toy="x: bad\ny: ok\n", test_own_py="def test_own(): pass\n")
    result, checks = run(project)
    assert [name for name, check in checks.items() if check["outcome"] == "xfailed"] == ["a.toy::toy.good[two]", "c.toy::toy.good[x]"]
    assert result.parseoutcomes().get("errors", 0) == 0


def test_a_closed_gap_fails_and_names_the_line_to_delete(project, write) -> None:
    waive(project, "# gaps\n" + waived())
    write(a_toy="two: ok\n")
    result, checks = run(project)
    assert result.ret == 1
    assert checks["a.toy::toy.good[two]"]["outcome"] == "xpassed"
    result.stdout.fnmatch_lines(
        ["[[]XPASS(strict)[]] a.toy:1:1: toy.good: the gap is closed: delete the waiver at readiness-waivers.yaml:3:5"]
    )


def test_a_lapsed_waiver_fails_and_says_since_when(project) -> None:
    waive(project, waived(until="2030-01-30"))
    result, checks = run(project)
    assert checks["a.toy::toy.good[two]"]["outcome"] == "failed"
    result.stdout.fnmatch_lines(["the waiver at readiness-waivers.yaml:2:5 (team-a) lapsed: it held until 2030-01-30"])
    result.stdout.fnmatch_lines(["known gaps  0 open, 1 waiver lapsed"])


def test_a_lapsed_waiver_of_a_closed_gap_asks_to_be_deleted(project, write) -> None:
    waive(project, waived(until="2030-01-30"))
    write(a_toy="two: ok\n")
    result, checks = run(project)
    assert checks["a.toy::toy.good[two]"]["outcome"] == "failed"
    result.stdout.fnmatch_lines(["*the gap is closed: delete the waiver at readiness-waivers.yaml:2:5"])


def test_a_crash_is_never_hidden_by_a_waiver(project, write) -> None:
    waive(project, waived())
    write(a_toy="two: crash\n")
    result, checks = run(project)
    assert checks["a.toy::toy.good[two]"]["outcome"] == "error"
    result.assert_outcomes(errors=1, passed=2)


def test_an_unknown_stays_unknown_under_a_waiver(project) -> None:
    waive(project, waived(where="a.toy::three"))
    _, checks = run(project)
    assert checks["a.toy::toy.good[three]"]["outcome"] == "skipped"


def test_a_waiver_that_covers_nothing_fails_at_its_line(project) -> None:
    waive(project, waived() + ENTRY.format(rule="toy.good", where="gone.toy", until="2031-01-01"))
    result, checks = run(project)
    check = checks["readiness-waivers.yaml::readiness.waiver[toy.good gone.toy]"]
    assert (check["outcome"], check["line"]) == ("failed", 7)
    result.stdout.fnmatch_lines(["readiness-waivers.yaml:7:5: P1 readiness.waiver: covers no check: no toy.good at gone.toy"])
    assert "readiness.waiver" not in str(run(project, "a.toy")[1])
    assert list(run(project, "readiness-waivers.yaml")[1]) == ["readiness-waivers.yaml::readiness.waiver[toy.good gone.toy]"]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        pytest.param(waived(until="2030-13-01"), 6, "until: '2030-13-01' is no date", id="an impossible date"),
        pytest.param(waived(until="soon"), 6, "'soon' is not a date as YYYY-MM-DD", id="no date"),
        pytest.param(waived().replace("    owner: team-a\n", ""), 2, "'owner' is a required property", id="a field is missing"),
        pytest.param(waived().replace("owner", "owners"), 5, "unknown key 'owners'", id="an unknown key"),
        pytest.param(waived() + "    kind: accepted\n", 2, "'approved_by' is a required property", id="an accepted risk nobody approved"),
        pytest.param("waivers:\n  - {\n", 3, "not valid YAML", id="no YAML"),
        pytest.param("- a\n", 1, "must be a mapping, not a list", id="a list"),
    ],
)
def test_a_bad_waiver_is_a_failing_item_at_its_line(project, text, line, message) -> None:
    waive(project, text)
    _, checks = run(project)
    check = checks["readiness-waivers.yaml::parses"]
    assert check["outcome"] == "failed"
    assert any(message in finding["message"] and finding["line"] == line for finding in check["findings"]), check["findings"]
    assert checks["a.toy::toy.good[two]"]["outcome"] == "failed"


def test_the_good_waivers_beside_a_bad_one_hold() -> None:
    text = waived() + ENTRY.format(rule="x", where="y", until="never")
    waivers, failures = load(Project.of({"readiness-waivers.yaml": text}, ()))
    assert [waiver.where for waiver in waivers] == ["a.toy::two"]
    assert [failure.span.line for failure in failures] == [11]


def test_waivers_come_from_plugins_too(project) -> None:
    conftest = (project.path / "conftest.py").read_text()
    more = (
        "\ndef pytest_readiness_waivers(config):\n    from pytest_readiness import Waiver\n"
        "    return [Waiver('toy.good', 'a.toy::two', 'ticket 7', 'ops', '2031-01-01', Span('tickets'))]\n"
    )
    (project.path / "conftest.py").write_text(conftest + more)
    _, checks = run(project)
    assert checks["a.toy::toy.good[two]"]["outcome"] == "xfailed"


def test_freeze_records_what_fails_and_the_next_run_expects_it(project, write) -> None:
    write(b_toy="no colon\nz: bad\ny: crash\n")
    waive(project, "# ours\nwaivers:\n  # the first\n" + ENTRY.format(rule="toy.good", where="b.toy::z", until="2030-05-05"))
    result, _ = run(project, "--readiness-freeze", "--readiness-owner=ops")
    result.stdout.fnmatch_lines(["freeze      1 known gap added to *readiness-waivers.yaml; the next run expects them"])
    assert (project.path / "readiness-waivers.yaml").read_text() == (
        "# ours\nwaivers:\n  # the first\n"
        + ENTRY.format(rule="toy.good", where="b.toy::z", until="2030-05-05")
        + '  - rule: toy.good\n    where: a.toy::two\n    reason: "frozen 2030-01-31: the line two is bad"\n'
        "    owner: ops\n    until: 2030-05-01\n"
    )
    _, checks = run(project)
    assert checks["a.toy::toy.good[two]"]["outcome"] == "xfailed"
    assert checks["b.toy::parses"]["outcome"] == "failed"


def test_a_gap_of_the_repository_is_named_as_its_node_id_is(project) -> None:
    (project.path / "wanted.toy").unlink()
    waive(project, waived("toy.any", "repository::repo"))
    assert run(project)[1]["repository::toy.any[repo]"]["outcome"] == "xfailed"
    waive(project, "")
    run(project, "--readiness-freeze", "--readiness-owner=ops")
    assert "where: repository::repo" in (project.path / "readiness-waivers.yaml").read_text()
    assert run(project)[0].ret == 0


def test_freeze_under_xdist(project) -> None:
    run(project, "--readiness-freeze", "--readiness-owner=ops", "--readiness-until=2030-03-01", "--readiness-reason=because", "-n2")
    text = (project.path / "readiness-waivers.yaml").read_text()
    assert "until: 2030-03-01" in text
    assert "reason: because" in text
    assert run(project)[0].ret == 0


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--readiness-freeze"], "*needs --readiness-owner*"),
        (["--readiness-freeze", "--readiness-owner=x", "--readiness-until=2001-01-01"], "*2001-01-01 has passed"),
        (["--readiness-freeze", "--readiness-owner=x", "--readiness-until=soon"], "*'soon' is not a date as YYYY-MM-DD"),
    ],
)
def test_freeze_refuses_what_makes_no_sense(project, args, message) -> None:
    result = project.runpytest("--readiness", *args)
    assert result.ret == 4
    result.stderr.fnmatch_lines([message])


NEW = [Waiver("toy.b", "z", "r", "o", "2030-01-01", Span("")), Waiver("toy.a", "x: y #", 'say "hi"', "@me", "2030-01-01", Span(""))]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment\n",
        "waivers:\n",
        "waivers:  # none yet\n",
        waived(),
        waived().rstrip("\n"),
        waived().replace("  - ", "- ").replace("\n    ", "\n  "),
        waived() + "# the end\n",
    ],
)
def test_extending_keeps_what_is_there(text) -> None:
    made = extended("w.yaml", text, NEW)
    assert all(line in made.splitlines() for line in text.splitlines())
    before = yaml.get(yaml.parse("w.yaml", text)[0].data, "waivers") if text.strip("# onlyacmet\n") else None
    after = yaml.get(yaml.parse("w.yaml", made)[0].data, "waivers")
    assert after[: len(before or ())] == (before or [])
    assert [(entry["rule"], entry["where"], entry["reason"], entry["owner"]) for entry in after[len(before or ()) :]] == [
        ("toy.a", "x: y #", 'say "hi"', "@me"),
        ("toy.b", "z", "r", "o"),
    ]
    assert extended("w.yaml", made, []) == made


@pytest.mark.parametrize("text", ["waivers: []\n", "waivers: [{rule: x}]\n", "other: 1\n", "- 1\n"])
def test_extending_refuses_what_it_cannot_extend(text) -> None:
    with pytest.raises(ParseFailure):
        extended("w.yaml", text, NEW)


def test_a_frozen_gap_is_the_one_of_the_node_id_also_where_names_had_to_be_numbered(project, write) -> None:
    write(a_toy="x[0]: ok\nx.0: bad\n")
    run(project, "--readiness-freeze", "--readiness-owner=ops")
    result, checks = run(project)
    assert checks["a.toy::toy.good[x.0-2]"]["outcome"] == "xfailed"
    result.assert_outcomes(passed=3, xfailed=1)
