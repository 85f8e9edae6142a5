"""Runs after each other: comparison, ratchet, history, and checks on what changed since a revision."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pytest_readiness import comparison
from pytest_readiness import history


def run(pytester: pytest.Pytester, *args: str, out: str = "new.json") -> pytest.RunResult:
    return pytester.runpytest("--readiness-only", "-p", "no:cacheprovider", f"--readiness-report=json:{out}", *args)


def report(pytester: pytest.Pytester, name: str = "new.json") -> dict[str, Any]:
    return json.loads((pytester.path / name).read_text("utf-8"))


@pytest.fixture
def project(toy, write):
    """An earlier run with a finding in each of two files."""
    write(a_toy="one: ok\ntwo: bad\nfour: long\n", b_toy="five: ok\nsix: short\nseven: bad\n", wanted_toy="")
    run(toy, out="old.json")
    return toy


def test_what_changed_is_told(project, write) -> None:
    write(a_toy="\n\none: bad\ntwo: ok\nfive: bad\n")
    result = run(project, "--readiness-compare=old.json")
    compared = report(project)["comparison"]
    assert {key: compared[key] for key in ("newly_failing", "fixed", "new_open", "gone", "renamed")} == {
        "newly_failing": ["a.toy::toy.good[one]"],
        "fixed": ["a.toy::toy.good[two]"],
        "new_open": ["a.toy::toy.good[five]"],
        "gone": ["a.toy::toy.short[four]"],
        "renamed": [],
    }
    assert compared["verdict"] == {"before": "BLOCKED", "after": "BLOCKED"}
    (overall, governance) = compared["scores"]
    assert governance["name"] == "Governance"
    assert overall["delta"] == round(overall["after"] - overall["before"], 1)
    result.stdout.fnmatch_lines(
        ["compared    overall * to * (*)", "            now fails: a.toy::toy.good[[]one]", "            fixed: a.toy::toy.good[[]two]"]
    )


def test_what_was_not_judged_before_and_is_open_now_is_told(project, write) -> None:
    write(a_toy="one: unknown\n", b_toy="", **{"readiness-waivers_yaml": ""})
    run(project, out="old.json")
    write(a_toy="one: bad\n")
    run(project, "--readiness-compare=old.json")
    compared = report(project)["comparison"]
    assert (compared["newly_failing"], compared["new_open"]) == ([], ["a.toy::toy.good[one]"])


def test_lines_that_moved_change_nothing(project, write) -> None:
    write(a_toy="\n\none: ok\n\ntwo: bad\nfour: long\n")
    result = run(project, "--readiness-compare=old.json", "--readiness-ratchet")
    compared = report(project)["comparison"]
    assert [compared[key] for key in ("newly_failing", "fixed", "new_open", "gone")] == [[], [], [], []]
    result.stdout.fnmatch_lines(["compared    no score moved", "gate        --readiness-ratchet: open"])


def test_a_renamed_file_is_followed(project) -> None:
    (project.path / "a.toy").rename(project.path / "c.toy")
    run(project, "--readiness-compare=old.json")
    compared = report(project)["comparison"]
    assert compared["renamed"] == [{"old": "a.toy", "new": "c.toy"}]
    assert [compared[key] for key in ("newly_failing", "fixed", "new_open", "gone")] == [[], [], [], []]


def test_a_moved_directory_is_followed_file_by_file() -> None:
    def made(directory: str, changed: int) -> dict[str, Any]:
        names = [
            (f"{directory}/{file}.toy", f"toy.good[{file}-{check if check >= changed else f'new-{check}'}]")
            for file in range(300)
            for check in range(4)
        ]
        checks = [{"id": f"{path}::{name}", "outcome": "passed", "rule": "toy.good", "waiver": None} for path, name in names]
        verdict = {"overall": {"score": 100}, "categories": [], "readiness": {"percent": 100}, "open_p0": 0, "verdict": "APPROVED"}
        return {"checks": checks, "verdict": verdict}

    def renamed(changed: int) -> dict[str, str]:
        found = comparison.compare(made("old", 0), made("new", changed))["renamed"]
        return {pair["old"].removeprefix("old/"): pair["new"].removeprefix("new/") for pair in found}

    assert renamed(2) == {f"{file}.toy": f"{file}.toy" for file in range(300)}
    assert renamed(3) == {}


@pytest.mark.parametrize(
    "report",
    [
        {"checks": [{}], "verdict": {}},
        {"checks": [1], "verdict": {"categories": []}},
        {
            "checks": [],
            "verdict": {"categories": [], "overall": {"score": "much"}, "readiness": {"percent": 1}, "open_p0": 0, "verdict": ""},
        },
        {"checks": [], "verdict": {"categories": 1}},
    ],
    ids=["no fields", "no checks", "no number", "no list"],
)
def test_an_earlier_report_of_a_wrong_shape_is_told_before_anything_runs(tmp_path, report) -> None:
    (tmp_path / "old.json").write_text(json.dumps({"version": 1, **report}))
    with pytest.raises(comparison.ReportError, match="something missing or of another type"):
        comparison.load(tmp_path / "old.json")


@pytest.mark.parametrize(
    "wrong",
    [
        *(f'"readiness": {value}' for value in ('"much"', "NaN", "-1", "101", "[]")),
        *(f'"date": {value}' for value in ('"today"', "1", "null")),
        '"open": []',
        '"commit": "\\u001b[31m"',
        '"commit": "\x9b31m"',
    ],
)
def test_a_history_of_a_wrong_shape_is_told(tmp_path, wrong) -> None:
    (tmp_path / "history.jsonl").write_text(f'{{"date": "2026-11-01", "open": {{}}, {wrong}}}\n')
    with pytest.raises(history.HistoryError, match=r"history\.jsonl:1 is no line"):
        history.load(tmp_path / "history.jsonl")


def test_another_file_in_its_place_is_not_taken_for_it(project, write) -> None:
    (project.path / "a.toy").unlink()
    write(c_toy="eight: bad\n")
    run(project, "--readiness-compare=old.json")
    assert report(project)["comparison"]["renamed"] == []
    assert report(project)["comparison"]["gone"] == ["a.toy::toy.good[two]", "a.toy::toy.short[four]"]


def test_the_ratchet_fails_on_what_got_worse(project, write) -> None:
    write(b_toy="five: bad\nsix: short\nseven: ok\n")
    result = run(project, "--readiness-compare=old.json", "--readiness-ratchet", "--deselect", "a.toy")
    (gate,) = report(project)["gates"]
    assert gate["reasons"] == ["b.toy::toy.good[five] passed before and fails now"]
    assert result.ret == 1


def test_the_ratchet_turns_a_green_run_red(toy, write) -> None:
    write(a_toy="one: ok\nthree: ok\n", wanted_toy="")
    run(toy, out="old.json")
    write(a_toy="one: unknown\nthree: ok\n")
    result = run(toy, "--readiness-compare=old.json", "--readiness-ratchet")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["gate        --readiness-ratchet: SHUT", "              a.toy::toy.good[[]one] passed before and cannot be judged now"]
    )


@pytest.mark.parametrize(("tolerance", "passed"), [("0", False), ("12", False), ("13", True)])
def test_a_score_may_fall_by_the_tolerance(toy, write, tolerance, passed) -> None:
    write(a_toy="one: ok\n", wanted_toy="")
    run(toy, out="old.json")
    write(a_toy="one: ok\nfour: long\nfive: ok\n")  # a new check that fails is no regression by itself
    run(toy, "--readiness-compare=old.json", "--readiness-ratchet", f"--readiness-tolerance={tolerance}")
    (gate,) = report(toy)["gates"]
    assert gate["reasons"] == ([] if passed else [f"the score of {name} fell from 100.0 to 87.5" for name in ("overall", "Governance")])


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--readiness-compare=none.json"], "none.json cannot be read: No such file or directory"),
        (["--readiness-compare=a.toy"], "a.toy is not JSON"),
        (["--readiness-compare=other.json"], "is no report of this plugin"),
        (["--readiness-compare=later.json"], "is a report of version 9, not 1"),
        (["--readiness-ratchet"], "--readiness-ratchet needs --readiness-compare"),
        (["--readiness-history=a.toy"], "a.toy:1 is no line of a history"),
        (["--readiness-diff=main"], "--readiness-diff main: "),
    ],
)
def test_mistakes_are_told_before_anything_runs(project, args, message) -> None:
    (project.path / "other.json").write_text("[]")
    (project.path / "later.json").write_text(json.dumps({**report(project, "old.json"), "version": 9}))
    result = run(project, *args)
    assert result.ret == 4
    assert message in result.stderr.str()


# -- history


def test_a_history_grows_by_a_line_for_each_run(project, write) -> None:
    run(project, "--readiness-history=history.jsonl", "--readiness-today=2026-11-01")
    write(a_toy="one: ok\ntwo: ok\nfour: long\n")
    result = run(project, "--readiness-history=history.jsonl", "--readiness-today=2026-11-11")
    runs = history.load(project.path / "history.jsonl")
    assert [(known["date"], known["open"]) for known in runs] == [
        ("2026-11-01", {"toy.good": 2, "toy.short": 1}),
        ("2026-11-11", {"toy.good": 1, "toy.short": 1}),
    ]
    assert report(project)["history"] == runs
    result.stdout.fnmatch_lines([f"trend       ?? readiness {runs[0]['readiness']:g} {runs[1]['readiness']:g}"])


def test_a_part_of_the_checks_is_no_point_of_a_trend(project) -> None:
    run(project, "--readiness-history=history.jsonl", "-k", "two")
    assert not (project.path / "history.jsonl").exists()


def test_a_second_run_on_a_commit_takes_the_place_of_the_first() -> None:
    first, second, third = ({"date": "d", "commit": commit, "open": {"r": n}} for n, commit in enumerate(("a", "a", None)))
    assert history.extended([first], second) == [second]
    assert history.extended([second], third) == [second, third]
    assert history.extended([third], third) == [third, third]


def test_days_that_a_rule_was_open() -> None:
    days = ("2026-01-01", "2026-01-11", "2026-01-31", "2026-02-01", "2026-02-03")
    still_open = ({"a": 1}, {"a": 2, "b": 1}, {"b": 1}, {"a": 1}, {"a": 1})
    runs = [{"date": day, "open": rules} for day, rules in zip(days, still_open, strict=True)]
    assert history.days_open(runs) == [
        {"rule": "a", "since": "2026-02-01", "closed_in_days": [30]},
        {"rule": "b", "since": None, "closed_in_days": [21]},
    ]


def test_bars() -> None:
    assert history.spark([0, 50, None, 100, 12.5]) == "▁▅ █▂"


# -- since a revision


def git(directory: Path, *args: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *args], cwd=directory, check=True, capture_output=True)


@pytest.fixture
def repository(project):
    git(project.path, "init", "-q", "-b", "main")
    git(project.path, "add", "a.toy", "b.toy", "wanted.toy", "conftest.py", "tox.ini")
    git(project.path, "commit", "-qm", "first")
    return project


def outcomes(pytester: pytest.Pytester) -> dict[str, str]:
    return {check["id"]: check["outcome"] for check in report(pytester)["checks"] if check["findings"]}


def test_only_what_changed_can_fail(repository, write) -> None:
    write(b_toy="five: ok\nsix: short\nseven: bad\n\n")
    result = run(repository, "--readiness-diff=main", "-rx")
    assert outcomes(repository) == {
        "a.toy::toy.good[two]": "xfailed",
        "a.toy::toy.short[four]": "xfailed",
        "b.toy::toy.good[seven]": "failed",
    }
    assert result.ret == 1
    result.stdout.fnmatch_lines(["XFAIL a.toy::toy.good[[]two] - *not changed since main: a.toy:2:6: P0 toy.good: the line two is bad"])
    assert report(repository)["run"]["diff"] == "main"


def test_without_a_change_nothing_fails_and_everything_is_reported(repository) -> None:
    assert run(repository, "--readiness-diff=HEAD").ret == 0
    assert set(outcomes(repository).values()) == {"xfailed"}
    assert report(repository)["verdict"]["verdict"] == "BLOCKED"


def test_a_new_file_is_a_change(repository, write) -> None:
    write(c_toy="eight: bad\n")
    run(repository, "--readiness-diff=main")
    assert outcomes(repository)["c.toy::toy.good[eight]"] == "failed"


def test_what_others_did_on_the_base_meanwhile_is_no_change(repository, write) -> None:
    git(repository.path, "checkout", "-qb", "topic")
    write(b_toy="five: ok\nseven: bad\n")
    git(repository.path, "commit", "-qam", "topic")
    git(repository.path, "checkout", "-q", "main")
    write(a_toy="one: ok\n")
    git(repository.path, "commit", "-qam", "main")
    git(repository.path, "checkout", "-q", "topic")
    run(repository, "--readiness-diff=main")
    assert {path: outcome for path, outcome in outcomes(repository).items() if outcome == "failed"} == {"b.toy::toy.good[seven]": "failed"}


def test_the_repository_is_concerned_by_a_file_of_its_platform(repository, write) -> None:
    git(repository.path, "rm", "-q", "wanted.toy")
    git(repository.path, "commit", "-qm", "gone")
    run(repository, "--readiness-diff=HEAD~1")
    assert outcomes(repository)["repository::toy.any[repo]"] == "failed"
    (repository.path / "__pycache__").mkdir(exist_ok=True)
    (repository.path / "__pycache__" / "x.pyc").write_text("left out, so of no platform")
    run(repository, "--readiness-diff=HEAD")
    assert outcomes(repository)["repository::toy.any[repo]"] == "xfailed"


@pytest.mark.parametrize("base", ["no-such-branch", "--output=x", "a b"])
def test_what_is_no_revision_is_told(repository, base) -> None:
    result = run(repository, f"--readiness-diff={base}")
    assert result.ret == 4
    assert not (repository.path / "x").exists()


def test_an_attack_by_an_old_report_is_an_error_not_a_crash(tmp_path) -> None:
    (tmp_path / "deep.json").write_text("[" * 100_000)
    with pytest.raises(comparison.ReportError, match="is not JSON"):
        comparison.load(tmp_path / "deep.json")
