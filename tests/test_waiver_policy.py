"""What known gaps must be like, gaps written as comments, and looking after all of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_readiness import Project
from pytest_readiness import upkeep
from pytest_readiness.inline import Comment
from pytest_readiness.inline import comments
from pytest_readiness.model import ParseFailure
from pytest_readiness.policy import Honoured

ENTRY = "- {{rule: {rule}, where: {where}, reason: {reason}, owner: {owner}, until: {until}}}\n"


def entry(rule: str = "toy.good", where: str = "a.toy::two", reason: str = "later", owner: str = "ann", until: str = "2026-12-01") -> str:
    return "  " + ENTRY.format(rule=rule, where=where, reason=reason, owner=owner, until=until)


def run(pytester: pytest.Pytester, *args: str) -> dict[str, dict[str, Any]]:
    result = pytester.runpytest(
        "--readiness-only", "-p", "no:cacheprovider", "--readiness-today=2026-11-20", "--readiness-report=json:out.json", *args
    )
    pytester.result = result  # type: ignore[attr-defined]
    report = pytester.path / "out.json"
    return {check["id"]: check for check in json.loads(report.read_text())["checks"]} if report.exists() else {}


@pytest.fixture
def project(toy, write):
    write(a_toy="one: ok\ntwo: bad\nfour: long\n", wanted_toy="")
    return toy


@pytest.mark.parametrize(
    ("policy", "waiver", "message"),
    [
        ("max-days: 30", {"until": "2027-01-31"}, "holds for 72 days, at most 30 are allowed"),
        ("max-days: 30", {"until": "2026-12-20"}, ""),
        ("ticket: '[A-Z]+-[0-9]+'", {}, "the reason names no ticket ([A-Z]+-[0-9]+)"),
        ("ticket: '[A-Z]+-[0-9]+'", {"reason": "OPS-12 later"}, ""),
        ("p0-owners: [sre]", {}, "covers a P0 check, which ann may not waive (only sre)"),
        ("p0-owners: [sre]", {"owner": "sre"}, ""),
        ("p0-owners: [sre]", {"rule": "toy.short", "where": "a.toy::four"}, ""),
    ],
)
def test_a_waiver_is_as_the_policy_has_it(project, write, policy, waiver, message) -> None:
    write(**{"readiness_yaml": f"waivers: {{{policy}}}\n", "readiness-waivers_yaml": "waivers:\n" + entry(**waiver)})
    found = [check for check in run(project).values() if check["rule"] == "readiness.waiver"]
    assert [finding["message"] for check in found for finding in check["findings"]] == ([message] if message else [])
    assert all(check["findings"][0]["line"] == 2 for check in found)


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("ticket: '('", "readiness.yaml:1:11: waivers: '(' is no regular expression"),
        ("honour: {tools: [checkov], owner: a, until: soon}", "waivers: 'soon' is not a date"),
        ("honour: {tools: [checkow], owner: a, until: 2027-01-01}", "'checkow' is not one of"),
        ("inline: [P9]", "'P9' is not one of"),
    ],
)
def test_mistakes_in_the_policy(project, write, policy, message) -> None:
    write(readiness_yaml=f"waivers: {{{policy}}}\n")
    run(project)
    assert project.result.ret == 4
    assert message in project.result.stderr.str()


# -- comments


def one(text: str, *tools: str) -> Comment:
    project = Project.of({"a.tf": text})
    (found,) = comments("a.tf", project, Honoured(tools, "sec", "2027-01-01") if tools else None)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x: 1  # readiness: ignore[a.b] why by ann until 2027-01-01", (1, "why", "ann", "2027-01-01")),
        ("# readiness: ignore[a.b] why until 2027-01-01\n\n# more\nx: 1", (4, "why", "", "2027-01-01")),
        ("  // readiness: ignore[a.b, c.*]: by hand until 2027-01-01\nx", (2, "by hand", "", "2027-01-01")),
        ("{{- /* readiness: ignore[a.b] why until 2027-01-01 */ -}}\nx: 1", (2, "why", "", "2027-01-01")),
        ("<!-- readiness: ignore[a.b] why until 2027-01-01 -->\nx", (2, "why", "", "2027-01-01")),
    ],
)
def test_comments_are_read(text, expected) -> None:
    found = one(text)
    assert (found.target, found.reason, found.owner, found.until, found.problem) == (*expected, "")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("# readiness: ignore[a.b] why", "needs its last day: until YYYY-MM-DD"),
        ("# readiness: ignore[a.b] until 2027-01-01", "needs a reason"),
        ("# readiness: ignore[a.b]", "needs its last day: until YYYY-MM-DD"),
    ],
)
def test_comments_that_lack_something(text, problem) -> None:
    assert one(text).problem == problem


@pytest.mark.parametrize(
    ("text", "tool", "rules", "target", "reach"),
    [
        ('resource "a" "b" {\n  #checkov:skip=CKV_AWS_20:public on purpose\n}', "checkov", ("CKV_AWS_20",), 3, "around"),
        ("#trivy:ignore:AVD-AWS-0086\nresource {}", "trivy", ("AWS-0086",), 2, "line"),
        ("acl = 1 #tfsec:ignore:aws-0086", "trivy", ("AWS-0086",), 1, "line"),
        ("# hadolint ignore=DL3008,DL3009\nRUN x", "hadolint", ("DL3008", "DL3009"), 2, "line"),
        ("# hadolint global ignore=DL3008\nRUN x", "hadolint", ("DL3008",), 2, "file"),
        ("# kics-scan ignore-line\nRUN x", "kics", ("*",), 2, "line"),
        ('ignore-check.kube-linter.io/run-as-non-root: "needs root"', "kube-linter", ("RUN-AS-NON-ROOT",), 1, "around"),
        ("uses: a@b # zizmor: ignore[unpinned-uses]", "zizmor", ("UNPINNED-USES",), 1, "line"),
    ],
)
def test_comments_of_other_tools(text, tool, rules, target, reach) -> None:
    found = one(text, tool)
    assert (found.rules, found.target, found.reach, found.owner, found.until) == (rules, target, reach, "sec", "2027-01-01")
    assert list(comments("a.tf", Project.of({"a.tf": text}), None)) == []


COMMENT = "# readiness: ignore[{rule}] {reason} by ann until {until}: ok\n"


def toy_with(write, rule: str, line: str = "two: bad\n", until: str = "2026-12-01") -> None:
    """A comment is a line of the toy format as well, so it has a colon and a word."""
    write(a_toy=f"one: ok\n# readiness: ignore[{rule}] why by ann until {until}\n{line}", wanted_toy="")


def test_a_comment_makes_a_known_gap(toy, write) -> None:
    toy_with(write, "toy.good")
    checks = run(toy, "-rx")
    assert checks["a.toy::toy.good[two]"]["outcome"] == "xfailed"
    assert checks["a.toy::toy.good[two]"]["waiver"] == {
        "reason": "why",
        "owner": "ann",
        "until": "2026-12-01",
        "kind": "gap",
        "path": "a.toy",
        "line": 2,
    }


@pytest.mark.parametrize(
    ("written", "outcome", "message"),
    [
        (("toy.good", "two: bad\n", "2026-11-19"), "failed", ""),
        (("toy.good", "two: ok\n", "2026-12-01"), "passed", "covers no check: no toy.good fails here"),
        (("toy.goof", "two: bad\n", "2026-12-01"), "failed", "covers no check: no toy.goof fails here"),
        (("toy.good", "two: bad\n", "2026-13-01"), "failed", "until: '2026-13-01' is not a date as YYYY-MM-DD"),
        (("toy.*", "two: bad\n", "2026-12-01"), "xfailed", ""),
    ],
    ids=["lapsed", "closed", "another rule", "no date", "a glob"],
)
def test_the_life_of_a_comment(toy, write, written, outcome, message) -> None:
    toy_with(write, *written)
    checks = run(toy)
    assert checks["a.toy::toy.good[two]"]["outcome"] == outcome
    entries = [check for check in checks.values() if check["rule"] == "readiness.waiver"]
    assert [finding["message"] for check in entries for finding in check["findings"]] == ([message] if message else [])
    assert all(check["findings"][0]["line"] == 2 for check in entries)


def test_comments_can_be_forbidden_by_priority(toy, write) -> None:
    toy_with(write, "toy.good")
    write(readiness_yaml="waivers: {inline: [P2, P3]}\n")
    checks = run(toy)
    assert checks["a.toy::toy.good[two]"]["outcome"] == "failed"
    (wrong,) = [check for check in checks.values() if check["rule"] == "readiness.waiver"]
    assert wrong["id"] == "a.toy::readiness.waiver[comment toy.good]"
    assert wrong["findings"][0]["message"] == "a comment may not excuse P0 checks such as toy.good"


def test_the_policy_holds_for_comments(toy, write) -> None:
    toy_with(write, "toy.good")
    write(readiness_yaml="waivers: {max-days: 3}\n")
    (wrong,) = [check for check in run(toy).values() if check["rule"] == "readiness.waiver"]
    assert wrong["findings"][0]["message"] == "holds for 11 days, at most 3 are allowed"


def test_a_comment_of_another_tool_counts_on_request(toy, write) -> None:
    write(a_toy="# trivy:ignore:T1\ntwo: bad\nfive: bad\n", wanted_toy="")
    assert run(toy)["a.toy::toy.good[two]"]["outcome"] == "failed"
    write(readiness_yaml="waivers: {honour: {tools: [trivy], owner: sec, until: 2027-01-01}}\n")
    checks = run(toy)
    assert checks["a.toy::toy.good[two]"]["outcome"] == "xfailed"
    assert checks["a.toy::toy.good[two]"]["waiver"]["reason"] == "trivy: T1"
    assert checks["a.toy::toy.good[five]"]["outcome"] == "failed"


def test_a_comment_excuses_a_real_rule_at_its_line(pytester, write) -> None:
    pytester.makeini("[pytest]\n")
    dockerfile = "FROM python:3.12\n# readiness: ignore[docker.exec-form] a pipe until 2027-01-01\nCMD a | b\n"
    (pytester.path / "Dockerfile").write_text(dockerfile)
    checks = run(pytester)
    assert checks["Dockerfile::docker.exec-form[final]"]["outcome"] == "xfailed"


# -- audit and prune

WAIVERS = f"""\
# what we know
waivers:
{entry()}  # about the second
{entry(where="a.toy::one", reason="closed")}\
{entry(where="b.toy", reason="gone")}\
{entry(rule="toy.short", where="a.toy::four", until="2026-11-01")}"""


def test_audit_lists_what_became_of_each(project, write) -> None:
    write(**{"readiness-waivers_yaml": WAIVERS})
    run(project, "--readiness-waivers=audit")
    project.result.stdout.fnmatch_lines(
        [
            "waivers     2026-11-01  -19 days  ann  lapsed, 1 open  gap  toy.short a.toy::four (later)",
            "            2026-12-01  11 days   ann  1 open          gap  toy.good a.toy::two (later)",
            "            2026-12-01  11 days   ann  closed          gap  toy.good a.toy::one (closed)",
            "            2026-12-01  11 days   ann  covers nothing  gap  toy.good b.toy (gone)",
        ]
    )
    assert (project.path / "readiness-waivers.yaml").read_text() == WAIVERS


def test_prune_takes_out_what_is_needless(project, write) -> None:
    write(**{"readiness-waivers_yaml": WAIVERS})
    run(project, "--readiness-waivers=prune")
    kept = f"# what we know\nwaivers:\n{entry()}{entry(rule='toy.short', where='a.toy::four', until='2026-11-01')}"
    assert (project.path / "readiness-waivers.yaml").read_text() == kept
    project.result.stdout.fnmatch_lines(["            pruned: readiness-waivers.yaml:5:*, readiness-waivers.yaml:6:*"])
    run(project, "--readiness-waivers=prune")
    project.result.stdout.fnmatch_lines(["            pruned: nothing"])


def test_nothing_is_pruned_after_a_part_of_the_checks(project, write) -> None:
    write(**{"readiness-waivers_yaml": WAIVERS})
    run(project, "--readiness-waivers=prune", "-k", "two")
    assert (project.path / "readiness-waivers.yaml").read_text() == WAIVERS
    project.result.stdout.fnmatch_lines(["            nothing is pruned: *deselected"])


def test_an_empty_list_is_left() -> None:
    assert upkeep.without("w.yaml", f"waivers:\n{entry()}", [2]) == "waivers: []\n"


def test_entries_in_brackets_are_not_pruned() -> None:
    with pytest.raises(ParseFailure, match="entries in brackets"):
        upkeep.without("w.yaml", "waivers: [{rule: a}]\n", [1])


def test_a_file_full_of_comments_takes_little_time_and_the_rest_is_told() -> None:
    comment = "# readiness: ignore[a.b] later by x until 2027-01-01\n"
    found = list(comments("Dockerfile", Project.of({"Dockerfile": comment * 20_000 + "FROM a\n"}), None))
    assert (found[0].target, found[999].target, found[999].problem) == (20_001, 20_001, "")
    assert found[1000].problem == "is beyond the first 1000 of this file, which are read"
