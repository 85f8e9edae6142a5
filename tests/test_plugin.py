"""What a user types, and what comes of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pytest_readiness import Unknown
from pytest_readiness.tree import DiskTree

BAD = "one: ok\ntwo: bad\nthree: unknown\nfour: long\n"


def records(path: Path) -> dict[str, dict]:
    return {check["id"]: check for check in json.loads(path.read_text("utf-8"))["checks"]}


def outcomes(pytester: pytest.Pytester, *args: str) -> dict[str, str]:
    """Run with a JSON report; node ids and their outcomes."""
    pytester.runpytest("--readiness-only", "--readiness-report=json:out.json", "-p", "no:cacheprovider", *args)
    return {name: check["outcome"] for name, check in records(pytester.path / "out.json").items()}


def test_off_unless_asked(toy, write) -> None:
    write(a_toy=BAD, test_x_py="def test_x(): pass")
    toy.runpytest().assert_outcomes(passed=1)


def test_every_outcome(toy, write) -> None:
    write(a_toy=BAD + "five: crash\nsix: advice\n", wanted_toy="x: ok", test_x_py="def test_x(): pass")
    result = toy.runpytest("--readiness")
    result.assert_outcomes(passed=6, failed=2, skipped=1, errors=1)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "*Error: boom*",
            "*a.toy:2:6: P0 toy.good: the line two is bad",
            "     2 | two: bad",
            "       |      ^^^",
            "remedy: make it good",
            "page:   pytest --readiness-explain toy.good",
            "*= readiness =*",
            "read        2 files (toy 2)",
            "checks           failed      error    unknown     passed",
            "  P0                  1          1          1          4",
            "  P1                  1          .          .          1",
            "unknown     1 x unknown until apply: data.x",
            "advice      1 (listed with -v)",
            "FAILED a.toy::toy.good[[]two] - a.toy:2:6: P0 toy.good: the line two is bad",
            "ERROR a.toy::toy.good[[]five] - RuntimeError: boom",
        ],
        consecutive=False,
    )
    assert "evaluate" not in result.stdout.str().partition("a.toy:2:6")[2].partition("remedy")[0]


def test_ini_switches_it_on(toy, write) -> None:
    toy.makeini("[pytest]\nreadiness = true\n")
    write(a_toy="one: ok", wanted_toy="")
    toy.runpytest().assert_outcomes(passed=2)


def test_only_leaves_ordinary_tests_out_without_importing_them(toy, write) -> None:
    write(a_toy="one: ok", wanted_toy="", test_x_py="raise SystemExit('imported')")
    toy.runpytest("--readiness-only").assert_outcomes(passed=2)


def test_strict_configuration(toy, write) -> None:
    strict = "strict = true\n" if pytest.version_tuple >= (9,) else ""
    toy.makeini(f"[pytest]\n{strict}addopts = --strict-markers --strict-config\nreadiness_exclude = none\n")
    write(a_toy="one: ok", wanted_toy="")
    toy.runpytest("--readiness").assert_outcomes(passed=2)


def test_switched_off_by_name(toy, write) -> None:
    toy.path.joinpath("conftest.py").unlink()
    write(test_x_py="def test_x(): pass")
    toy.runpytest("-p", "no:readiness").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        pytest.param(["-m", "p1"], {"a.toy::toy.short[four]", "repository::toy.any[repo]"}, id="by priority"),
        pytest.param(["-k", "two"], {"a.toy::toy.good[two]"}, id="by resource"),
        pytest.param(["-k", "toy.short"], {"a.toy::toy.short[four]"}, id="by rule"),
        pytest.param(["a.toy::toy.good[two]"], {"a.toy::toy.good[two]"}, id="one check"),
        pytest.param(["a.toy::toy.short"], {"a.toy::toy.short[four]"}, id="one rule of a file"),
        pytest.param(["repository::toy.any"], {"repository::toy.any[repo]"}, id="a rule of the repository"),
        pytest.param(["sub"], {"sub/b.toy::toy.good[x]"}, id="a directory, without the repository"),
        pytest.param(["sub/b.toy"], {"sub/b.toy::toy.good[x]"}, id="a file"),
        pytest.param(["sub/b.toy", "a.toy::toy.short"], {"sub/b.toy::toy.good[x]", "a.toy::toy.short[four]"}, id="both"),
    ],
)
def test_selection(toy, write, args, expected) -> None:
    write(a_toy=BAD, sub__b_toy="x: ok")
    assert set(outcomes(toy, *args)) == expected


@pytest.mark.parametrize("arg", ["a.toy::nope", "a.toy::toy.good[nope]", "repository::toy.nope"])
def test_a_node_id_that_does_not_exist_is_an_error(toy, write, arg) -> None:
    write(a_toy=BAD)
    result = toy.runpytest("--readiness", arg)
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"*not found: {arg.replace('[', '[[]')}"])


def test_a_file_that_is_not_ours_is_an_error_with_only(toy, write) -> None:
    write(a_txt="x")
    result = toy.runpytest("--readiness-only", "a.txt")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*a.txt: no infrastructure file that readiness knows"])


def test_the_same_verdict_on_a_file_alone(toy, write) -> None:
    write(a_toy=BAD, sub__b_toy="x: bad")
    whole = outcomes(toy)
    assert {k: v for k, v in whole.items() if k.startswith("sub")} == outcomes(toy, "sub/b.toy")


def test_mixed_with_ordinary_arguments(toy, write) -> None:
    write(a_toy="one: ok", tests__test_x_py="def test_x(): pass\ndef test_y(): pass")
    toy.runpytest("--readiness", "a.toy", "tests/test_x.py::test_x").assert_outcomes(passed=2)


def test_testpaths_and_hidden_directories_hide_nothing(toy, write) -> None:
    toy.makeini("[pytest]\ntestpaths = tests\n")
    write(**{".github__a_toy": "x: ok", "build__b_toy": "x: ok"}, wanted_toy="x: ok", tests__test_x_py="def test_x(): pass")
    toy.runpytest("--readiness").assert_outcomes(passed=5)


def test_testpaths_keep_other_tests_out(toy, write) -> None:
    toy.makeini("[pytest]\ntestpaths = tests\n")
    write(wanted_toy="x: ok", tests__test_x_py="def test_x(): pass", test_y_py="def test_y(): assert 0")
    toy.runpytest("--readiness").assert_outcomes(passed=3)


def test_from_a_subdirectory_only_what_is_below(toy, write, monkeypatch) -> None:
    write(a_toy="x: bad", sub__b_toy="x: ok")
    monkeypatch.chdir(toy.path / "sub")
    toy.runpytest("--readiness", f"--rootdir={toy.path}", "-c", str(toy.path / "tox.ini")).assert_outcomes(passed=1)


@pytest.mark.parametrize("directory", [".git", "node_modules", ".terraform", ".venv", "env", "testdata", "fixtures", "test/data"])
def test_directories_that_are_never_judged(toy, write, directory) -> None:
    write(**{f"{directory.replace('/', '__')}__a_toy": "x: bad", "env__pyvenv_cfg": ""}, wanted_toy="x: ok")
    assert set(outcomes(toy)) == {"wanted.toy::toy.good[x]", "repository::toy.any[repo]"}


def test_exclude_and_paths(toy, write) -> None:
    write(a__x_toy="x: bad", b__y_toy="x: ok", b__fixtures__z_toy="x: ok", wanted_toy="")
    toy.makeini("[pytest]\nreadiness_exclude = a\n")
    assert set(outcomes(toy)) == {"b/y.toy::toy.good[x]", "b/fixtures/z.toy::toy.good[x]", "repository::toy.any[repo]"}
    toy.makeini("[pytest]\nreadiness_paths = a\n")
    assert set(outcomes(toy)) == {"a/x.toy::toy.good[x]", "repository::toy.any[repo]"}
    write(readiness_yaml="ignore: ['toy.any']\n")
    write(**{"readiness-waivers_yaml": "waivers: [{rule: toy.good, where: a/x.toy, reason: later, owner: me, until: 2999-01-01}]\n"})
    assert outcomes(toy) == {"a/x.toy::toy.good[x]": "xfailed"}  # what configures the run is read in any case
    toy.makeini("[pytest]\nreadiness_paths = nowhere\n")
    result = toy.runpytest("--readiness")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*readiness_paths: there is no nowhere below*"])


def test_an_excluded_directory_is_judged_when_named(toy, write) -> None:
    write(fixtures__a_toy="x: bad")
    assert outcomes(toy, "fixtures") == {"fixtures/a.toy::toy.good[x]": "failed"}


def test_a_named_place_brings_back_itself_and_not_what_lies_beside_it(toy, write) -> None:
    write(fixtures__a__x_toy="x: bad", fixtures__b__y_toy="y: bad", z_toy="z: ok", wanted_toy="")
    toy.makeini("[pytest]\nreadiness_paths = . fixtures/a\n")
    assert set(outcomes(toy)) == {"fixtures/a/x.toy::toy.good[x]", "z.toy::toy.good[z]", "repository::toy.any[repo]"}


def test_where_git_does_not_answer_files_are_found_and_what_is_committed_is_unknown(toy, write) -> None:
    write(a_toy="x: ok", **{".git__config": "[core]\nrepositoryformatversion = 99\n", ".git__HEAD": "ref: refs/heads/main"})
    (toy.path / ".git/objects").mkdir()
    (toy.path / ".git/refs").mkdir()
    tree = DiskTree(toy.path)
    assert "a.toy" in tree.paths
    assert isinstance(tree.tracked("a.toy"), Unknown)
    assert tree.tracked("a.toy").source.startswith("git cannot tell what is committed: fatal: ")


def test_gitignored_files_are_left_out_in_git_and_outside(toy, write) -> None:
    write(_gitignore="*.tmp.toy\n/out/\n!keep.tmp.toy\n")
    (toy.path / ".gitignore").write_text("*.tmp.toy\n/out/\n!keep.tmp.toy\n")
    write(a_toy="x: ok", out__b_toy="x: bad")
    (toy.path / "c.tmp.toy").write_text("x: bad")
    (toy.path / "keep.tmp.toy").write_text("x: ok")
    expected = {"a.toy::toy.good[x]", "keep.tmp.toy::toy.good[x]", "repository::toy.any[repo]"}
    assert set(outcomes(toy)) == expected
    toy.run("git", "init", "-q")
    assert set(outcomes(toy)) == expected


def test_a_file_deleted_but_still_in_the_index_is_no_item(toy, write) -> None:
    write(a_toy="x: ok", b_toy="x: bad")
    toy.run("git", "init", "-q")
    toy.run("git", "add", ".")
    (toy.path / "b.toy").unlink()
    assert set(outcomes(toy)) == {"a.toy::toy.good[x]", "repository::toy.any[repo]"}


def test_git_runs_no_command_of_the_repository(toy, write) -> None:
    write(a_toy="x: ok")
    toy.run("git", "init", "-q")
    hook = toy.path / "evil.sh"
    hook.write_text('#!/bin/sh\ntouch "$(dirname $0)/ran"\n')
    hook.chmod(0o755)
    toy.run("git", "config", "core.fsmonitor", str(hook))
    toy.run("git", "config", "core.hooksPath", str(toy.path))
    outcomes(toy)
    assert not (toy.path / "ran").exists()


def test_nothing_found_is_exit_status_5_and_reports_are_written(toy, write) -> None:
    write(readme_txt="x")
    result = toy.runpytest("--readiness-only", "--readiness-report=json:deep/out.json")
    assert result.ret == 5
    result.stdout.fnmatch_lines(["readiness: no infrastructure file found in *: 3 files looked at, none of a known format"])
    report = json.loads((toy.path / "deep/out.json").read_text())
    assert report["checks"] == []
    assert {"toy.good", "toy.short", "readiness.parses"} <= {rule["id"] for rule in report["rules"]}


def test_nothing_found_is_never_green_even_beside_passing_tests(toy, write) -> None:
    write(test_x_py="def test_x(): pass")
    assert toy.runpytest("--readiness").ret == 5


def test_last_failed(toy, write) -> None:
    write(a_toy=BAD, b_toy="x: ok")
    toy.runpytest("--readiness")
    toy.runpytest("--readiness", "--lf").assert_outcomes(failed=3)
    write(a_toy="one: ok\ntwo: ok\n", wanted_toy="")
    toy.runpytest("--readiness", "--lf").assert_outcomes(passed=2)


def test_stop_at_first_failure(toy, write) -> None:
    write(a_toy="1: bad\n2: bad\n")
    toy.runpytest("--readiness", "a.toy", "-x").assert_outcomes(failed=1)


def test_collect_only_names_and_runs_nothing(toy, write) -> None:
    write(a_toy="x: crash")
    result = toy.runpytest("--readiness", "--co", "-q", "--readiness-report=json:out.json")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["repository::toy.any[[]repo]", "a.toy::toy.good[[]x]"])
    assert not (toy.path / "out.json").exists()


def test_marks_work_from_a_users_conftest(toy, write) -> None:
    conftest = (toy.path / "conftest.py").read_text()
    more = "\ndef pytest_collection_modifyitems(items):\n    for item in items:\n        if item.get_closest_marker('p0'):\n"
    (toy.path / "conftest.py").write_text(conftest + more + "            item.add_marker(pytest.mark.xfail(strict=True))\n")
    write(a_toy="one: ok\ntwo: bad\n", wanted_toy="")
    assert outcomes(toy) == {
        "a.toy::toy.good[one]": "xpassed",
        "a.toy::toy.good[two]": "xfailed",
        "repository::toy.any[repo]": "passed",
    }


@pytest.mark.parametrize("protocol", ["fast", "pytest"])
@pytest.mark.parametrize("workers", ["0", "2"])
def test_protocols_and_xdist_give_the_same_records(toy, write, protocol, workers) -> None:
    toy.makeini(f"[pytest]\nreadiness_protocol = {protocol}\n")
    write(a_toy=BAD + "five: crash\nsix: advice\n", b_toy="not a line\nx: bad\n")
    toy.runpytest("--readiness", "--readiness-report=json:base.json", "-o", "readiness_protocol=fast")
    result = toy.runpytest("--readiness", "--readiness-report=json:out.json", "-n", workers)
    base, out = (json.loads((toy.path / name).read_text()) for name in ("base.json", "out.json"))
    assert base["checks"] == out["checks"]
    assert base["run"]["files"] == out["run"]["files"] == {"toy": 2}
    result.stdout.fnmatch_lines(["read        2 files (toy 2)"])


def junit(pytester: pytest.Pytester, *args: str) -> dict[str, ET.Element]:
    pytester.runpytest("--readiness", "--junitxml=out.xml", *args)
    root = ET.parse(pytester.path / "out.xml").getroot()
    return {f"{case.get('classname')} {case.get('name')}": case for case in root.iter("testcase")}


@pytest.mark.parametrize("args", [(), ("-n2",), ("-o", "readiness_protocol=pytest")], ids=["fast", "xdist", "three phases"])
def test_junit_is_fit_for_ci(toy, write, args) -> None:
    write(sub__a_toy=BAD + "five: crash\n", readiness_waivers_yaml="")
    (toy.path / "readiness-waivers.yaml").write_text(
        "waivers:\n  - {rule: toy.short, where: 'sub/*', reason: later, owner: me, until: 2999-01-01}\n"
    )
    cases = junit(toy, *args)
    assert set(cases) == {
        "repository toy.any[repo]",
        *(f"sub.a.toy toy.good[{name}]" for name in ("one", "two", "three", "four", "five")),
        "sub.a.toy toy.short[four]",
    }
    failure = cases["sub.a.toy toy.good[two]"].find("failure")
    assert failure.get("message") == "sub/a.toy:2:6: P0 toy.good: the line two is bad"
    assert "remedy: make it good" in failure.text
    assert cases["sub.a.toy toy.good[three]"].find("skipped").get("message") == "unknown: unknown until apply: data.x"
    assert cases["sub.a.toy toy.short[four]"].find("skipped").get("type") == "pytest.xfail"
    assert cases["sub.a.toy toy.good[five]"].find("error") is not None
    for name, case in cases.items():
        properties = {p.get("name"): p.get("value") for p in case.iter("property")}
        assert properties.keys() >= {"rule", "priority", "category", "resource", "file", "line", "remedy"}, name
    assert properties["rule"] == "toy.any" or properties["file"] == "sub/a.toy"


def test_junit_xunit1_has_file_and_line_of_the_finding(toy, write) -> None:
    write(a_toy="one: ok\n\ntwo: bad\n")
    case = junit(toy, "-o", "junit_family=xunit1")["a.toy toy.good[two]"]
    assert (case.get("file"), case.get("line")) == ("a.toy", "2")


def test_unreadable_and_partly_readable_files(toy, write) -> None:
    write(a_toy="no colon\nx: ok\n", c_toy="template\n", wanted_toy="x: ok")
    (toy.path / "b.toy").write_bytes(b"x: \xe9\n")
    assert outcomes(toy) == {
        "repository::toy.any[repo]": "passed",
        "a.toy::parses": "failed",
        "a.toy::toy.good[x]": "passed",
        "b.toy::parses": "failed",
        "c.toy::parses": "skipped",
        "wanted.toy::toy.good[x]": "passed",
    }
    found = records(toy.path / "out.json")
    assert found["b.toy::parses"]["findings"][0]["message"] == "is not UTF-8: byte 0xe9"
    assert found["b.toy::parses"]["findings"][0]["line"] == 1
    assert found["c.toy::parses"]["reason"] == "unknown: a template: rendered elsewhere"


def test_names_in_node_ids_are_safe_unique_and_selectable(toy, write) -> None:
    write(a_toy="x[0]: ok\nx[0]: bad\n\x1b[31mred: bad\n", wanted_toy="")
    (toy.path / "od[d].toy").write_text("y: bad")
    (toy.path / "es\x1bc.toy").write_text("y: bad")
    found = outcomes(toy, "-k", "not repo")
    assert found == {
        "a.toy::toy.good[x.0]": "passed",
        "a.toy::toy.good[x.0-2]": "failed",
        "a.toy::toy.good[\\x1b(31mred]": "failed",
        "es%1Bc.toy::toy.good[y]": "failed",
        "od%5Bd%5D.toy::toy.good[y]": "failed",
    }
    for node_id, outcome in found.items():
        assert outcomes(toy, node_id) == {node_id: outcome}
    result = toy.runpytest("--readiness", "-v")
    assert "\x1b" not in result.stdout.str()


def test_advice_is_shown_and_can_be_made_to_fail(toy, write) -> None:
    write(a_toy="x: advice", wanted_toy="")
    result = toy.runpytest("--readiness", "-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["advice      a.toy:1: toy.good: could be better"])
    toy.makeini("[pytest]\nreadiness_strict_advice = true\n")
    toy.runpytest("--readiness").assert_outcomes(passed=1, failed=1)


def test_durations_name_the_slowest_formats(toy, write) -> None:
    write(a_toy="x: ok")
    toy.runpytest("--readiness", "--durations=3").stdout.fnmatch_lines(["slowest     *toy * s*"])


def test_an_unknown_protocol_is_an_error(toy) -> None:
    toy.makeini("[pytest]\nreadiness_protocol = slow\n")
    result = toy.runpytest("--readiness")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*readiness_protocol: must be fast or pytest, not 'slow'"])


@pytest.mark.parametrize("request_", ["json", "json:", "nope:x.txt"])
def test_a_wrong_report_request_is_an_error(toy, request_) -> None:
    result = toy.runpytest("--readiness", f"--readiness-report={request_}")
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"*--readiness-report {request_}: *"])


def test_rules_are_listed(toy) -> None:
    result = toy.runpytest("--readiness-rules")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["toy.good * P0  The line is good * [[]toy.line]", " *= T1"])


def test_a_rule_is_explained(toy) -> None:
    result = toy.runpytest("--readiness-explain", "toy.good")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["# toy.good", "*P0 * Governance*", "Bad lines are bad.", "- `word` (str), default `bad`", "*Same as `T1`"])
    result = toy.runpytest("--readiness-explain", "toy.goud")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*no rule is called 'toy.goud'; did you mean toy.good?*"])


def test_importing_the_entry_point_imports_little(pytester) -> None:
    code = "import sys, pytest; before = set(sys.modules); import pytest_readiness.plugin; print(sorted(set(sys.modules) - before))"
    result = pytester.run(sys.executable, "-c", code)
    imported = set(eval(result.outlines[-1]))
    assert imported <= {"pytest_readiness", "pytest_readiness.plugin", "pytest_readiness.defaults"}


MARKS = """
def pytest_collection_modifyitems(items):
    for item in items:
        name = item.name.partition("[")[2].rstrip("]")
        if name.startswith("x-"):
            item.add_marker(eval("pytest.mark." + MARK[name]))

MARK = {
    "x-strict-fails": "xfail(strict=True)",
    "x-strict-passes": "xfail(strict=True, reason='because')",
    "x-loose-passes": "xfail",
    "x-other-error": "xfail(raises=ValueError)",
    "x-condition": "xfail(False, reason='never')",
    "x-not-run": "xfail(run=False)",
    "x-crash": "xfail(strict=True)",
    "x-unknown": "xfail(strict=True)",
    "x-skip": "skip",
    "x-skipif": "skipif(True, reason='so')",
}
"""


@pytest.mark.parametrize("args", [[], ["--runxfail"], ["-n2"]], ids=["plain", "runxfail", "xdist"])
def test_every_mark_means_the_same_in_both_protocols(toy, write, args) -> None:
    (toy.path / "conftest.py").write_text((toy.path / "conftest.py").read_text() + MARKS)
    bad = ("x-strict-fails", "x-other-error", "x-condition", "x-not-run", "x-skip", "x-skipif")
    lines = [f"{name}: bad" for name in bad] + ["x-strict-passes: ok", "x-loose-passes: ok", "x-crash: crash", "x-unknown: unknown"]
    write(a_toy="\n".join(lines) + "\n", b_toy="\n".join(reversed(lines)) + "\ny: bad\n", wanted_toy="")
    found, said = {}, {}
    for protocol in ("fast", "pytest"):
        found[protocol] = outcomes(toy, "-o", f"readiness_protocol={protocol}", *args)
        cases = junit(toy, "-o", f"readiness_protocol={protocol}", *args)
        said[protocol] = {name: [(child.tag, child.get("message")) for child in case] for name, case in cases.items()}
    assert found["fast"] == found["pytest"]
    assert said["fast"] == said["pytest"]
    if not args:
        assert found["fast"]["a.toy::toy.good[x-strict-fails]"] == "xfailed"
        assert found["fast"]["a.toy::toy.good[x-strict-passes]"] == "xpassed"
        assert found["fast"]["a.toy::toy.good[x-other-error]"] == "failed"
