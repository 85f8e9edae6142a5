"""Every report in its consumer's format, made from one run, with hostile text in every place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt
from sarif_pydantic import Sarif

from pytest_readiness import plugin
from pytest_readiness.reports import markdown
from pytest_readiness.reports.sarif import fingerprint
from pytest_readiness.reports.sarif import location

FORMATS = sorted(plugin.pytest_readiness_report())
GAP = "waivers:\n- {rule: toy.short, where: a.toy, reason: 'later <b>', owner: ann, until: 2099-01-01}\n"


def run(pytester: pytest.Pytester, *args: str, formats: list[str] = FORMATS) -> pytest.RunResult:
    return pytester.runpytest(
        "--readiness-only", "-p", "no:cacheprovider", *(f"--readiness-report={name}:out/{name}" for name in formats), *args
    )


def read(pytester: pytest.Pytester, name: str) -> str:
    return (pytester.path / "out" / name).read_text("utf-8")


@pytest.fixture
def project(toy, write):
    """Two findings, a known gap, an unknown, advice, a crash and a pass."""
    write(a_toy="one: ok\ntwo: bad\nfour: long\nfive: unknown\nsix: advice\nseven: crash\n", **{"readiness-waivers_yaml": GAP})
    return toy


def results(log: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from log["runs"][0]["results"]


def test_sarif_is_valid_and_names_what_is_open(project) -> None:
    run(project)
    log = json.loads(read(project, "sarif"))
    Sarif.model_validate(log)
    assert {(found["ruleId"], found["level"]) for found in results(log)} == {("toy.good", "error"), ("toy.any", "error")}
    (two,) = [found for found in results(log) if "two" in found["message"]["text"]]
    assert two["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a.toy", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 2, "startColumn": 6, "endLine": 2, "endColumn": 9},
    }
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert [rules[found["ruleIndex"]]["id"] for found in results(log)] == [found["ruleId"] for found in results(log)]
    assert all(rule["shortDescription"]["text"] and rule["help"]["text"] for rule in rules)


def test_sarif_has_known_gaps_on_request_only(project) -> None:
    run(project)
    assert "toy.short" not in {found["ruleId"] for found in results(json.loads(read(project, "sarif")))}
    log = json.loads(read(project, "sarif-all"))
    Sarif.model_validate(log)
    suppressed = [found for found in results(log) if "suppressions" in found]
    assert [(found["ruleId"], found["suppressions"][0]["justification"]) for found in suppressed] == [("toy.short", "later <b>")]


def test_fingerprints_survive_moved_lines_and_are_unique(project, write) -> None:
    def made() -> dict[str, str]:
        run(project)
        return {
            found["message"]["text"]: found["partialFingerprints"]["primaryLocationLineHash"]
            for found in results(json.loads(read(project, "sarif")))
        }

    before = made()
    write(a_toy="\n\nnew: ok\none: ok\ntwo: bad\nfour: long\nseven: crash\n")
    after = made()
    assert {text: after[text] for text in before if text in after} == {text: before[text] for text in before if text in after}
    assert len(set(before.values())) == len(before) >= 2
    assert fingerprint("a", "m", 1) != fingerprint("a", "m", 2)


@pytest.mark.parametrize(
    ("finding", "region"),
    [
        ((None, None, None, None), (1, 1, 1, 2)),
        ((4, None, None, None), (4, 1, 4, 2)),
        ((4, 3, 4, 3), (4, 3, 4, 4)),
        ((4, 3, 6, 1), (4, 3, 6, 1)),
    ],
    ids=["a file", "a line", "no width", "several lines"],
)
def test_a_region_has_four_numbers_and_a_width(finding, region) -> None:
    keys = ("line", "column", "end_line", "end_column")
    made = location({"path": "a b.toy", **dict(zip(keys, finding, strict=True))})
    assert made["artifactLocation"]["uri"] == "a%20b.toy"
    assert tuple(made["region"].values()) == region


def test_codeclimate_has_what_gitlab_reads(project) -> None:
    run(project)
    issues = json.loads(read(project, "codeclimate"))
    assert {issue["severity"] for issue in issues} == {"blocker", "critical"}
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 3
    (two,) = [issue for issue in issues if "two" in issue["description"]]
    assert two["location"] == {"path": "a.toy", "lines": {"begin": 2, "end": 2}}
    assert two["check_name"] == "toy.good"


def test_junit_has_file_line_and_a_suite_for_each_category(project) -> None:
    run(project)
    root = ElementTree.fromstring(read(project, "junit"))
    (suite,) = root
    counts = {name: suite.get(name) for name in ("name", "tests", "failures", "errors", "skipped")}
    assert counts == {"name": "Governance", "tests": "8", "failures": "2", "errors": "1", "skipped": "2"}
    cases = {case.get("name"): case for case in suite}
    failed = cases["toy.good[two]"]
    assert (failed.get("file"), failed.get("line"), failed.get("classname")) == ("a.toy", "2", "a.toy")
    failure = failed.find("failure")
    assert failure is not None
    assert failure.get("message") == "a.toy:2:6: P0 toy.good: the line two is bad"
    assert "2 | two: bad" in str(failure.text)
    assert "remedy: make it good" in str(failure.text)
    kinds = {name: element.get("type") for name, case in cases.items() for element in case if element.tag in ("skipped", "error")}
    assert kinds == {"toy.good[five]": "unknown", "toy.short[four]": "known gap", "toy.good[seven]": "error"}
    assert {(p.get("name"), p.get("value")) for p in failed.iter("property")} >= {("rule", "toy.good"), ("priority", "P0")}


def test_badges(project, write) -> None:
    run(project)
    assert json.loads(read(project, "badge")) == {"schemaVersion": 1, "label": "readiness", "message": "60 % blocked", "color": "red"}


def test_a_badge_of_a_bypassed_run_is_not_green(toy, write) -> None:
    write(a_toy="one: ok\nfive: unknown\n", wanted_toy="", readiness_yaml="gates: {p: {min-coverage: 100}}\n")
    run(toy, "--readiness-gate=p", "--readiness-bypass=now", formats=["badge", "markdown"])
    assert json.loads(read(toy, "badge"))["color"] == "orange"
    assert read(toy, "markdown").startswith("# ✅ Production readiness: APPROVED — bypassed: now\n")


def test_markdown_is_a_review(project) -> None:
    run(project)
    text = read(project, "markdown")
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    assert headings[0] == "⛔ Production readiness: BLOCKED"
    assert headings[1:3] == ["Scores", "Gaps"]
    assert headings[-4:] == ["Priority matrix", "Remediation plan", "Not judged", "Advice"]
    assert "### P0 The line is good (`toy.good`, 1 open)" in text
    assert "- `a.toy:2 two: the line two is bad`" in text
    assert "| 1 | P0 | make it good (`toy.good` × 1) |" in text
    assert text.rstrip().endswith("8 checks on 1 files (toy 1)*")


def long_report(toy, write, **changes: Any) -> dict[str, Any]:
    """A report with three hundred gaps of ten places each."""
    write(a_toy="".join(f"line{number}: bad\n" for number in range(30)), wanted_toy="")
    assert run(toy, formats=["json"]).ret == 1
    report = json.loads(read(toy, "json"))
    entry = {**report["plan"]["remediation"][0], **changes}
    report["plan"]["remediation"] = [
        {**entry, "title": f"{number} is missing" + ", or it is not as it should be" * 4} for number in range(300)
    ]
    return report


def test_a_long_review_tells_fewer_places_and_gaps_and_keeps_its_plan(toy, write) -> None:
    text = markdown.render(long_report(toy, write))
    assert 50_000 < len(text) < 65_536
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert headings == ["Scores", "Gaps", "Priority matrix", "Remediation plan"]
    (more,) = re.findall(r"^\*and (\d+) more gaps: see the plan\*$", text, re.MULTILINE)
    assert text.count("\n### ") == 300 - int(more)
    assert "| 100 | P0 |" in text
    assert "*and 200 more entries of lower priority*" in text


def test_a_review_that_is_longer_still_says_what_it_leaves_out(toy, write) -> None:
    text = markdown.render(long_report(toy, write, remedy="mend it " * 100))
    assert len(text) < 65_536
    assert "*Too long for a comment, left out: Remediation plan. They are in the other reports.*" in text


HOSTILE = "x\x1b[31m|`<script>alert(1)</script>*_[a](http://e) @all ::error::]]>\u202e&"


def test_hostile_text_means_nothing_in_any_report(toy, write) -> None:
    write(a_toy=f"{HOSTILE.replace(':', ';')}: bad\n", wanted_toy="")
    run(toy)
    for name in FORMATS:
        text = read(toy, name)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text), name
    ElementTree.fromstring(read(toy, "junit"))
    page = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table").render(read(toy, "markdown"))
    assert "&lt;script&gt;" in page
    assert not re.search("<(script|a|img|h[4-9])", page)


MARKUP = "<img src=x onerror=alert(1)>|`*_[a](http://e)@all ##[error]::error::%0A]]>&amp;"
STEERING = "\x1b]0;x\x07\u202e\x9b31m"
EVERYWHERE = f"""\
aspects: {{{json.dumps(MARKUP)}: [Governance]}}
owners: [{{owner: {json.dumps(MARKUP)}, rules: [toy.good]}}]
phases:
- {{name: {json.dumps(MARKUP)}, due: 2027-01-01, items: [toy.good, toy.any], max-deferrals: 1, deferred: [{{rule: toy.any, reason: {json.dumps(MARKUP)}}}]}}
acceptance: {{{json.dumps(MARKUP)}: [toy.good]}}
gates: {{{json.dumps(MARKUP)}: {{phases: [{json.dumps(MARKUP)}], acceptance: [{json.dumps(MARKUP)}]}}}}
maturity: [{{name: {json.dumps(MARKUP)}, rules: [toy.good]}}]
"""
EVERY_GAP = f"waivers:\n- {{rule: toy.short, where: '*', reason: {json.dumps(MARKUP + STEERING)}, owner: {json.dumps(MARKUP + STEERING)}, until: 2099-01-01}}\n"


@pytest.fixture
def hostile(toy, write):
    """Hostile text as name of a directory, file and resource, in messages, sources, comments, waivers, settings, owners and the history."""
    line = (MARKUP + STEERING).replace(":", ";")
    comment = "# readiness: ignore[toy.short] ## ::error::<b>`@all by x<b>`@all until 2099-01-01"
    path = toy.path / (MARKUP + STEERING).replace("/", "_") / f"{MARKUP.replace('/', '_')}{STEERING}.toy"
    path.parent.mkdir()
    path.write_text("".join(f"{line}{number}: {word}\n" for number, word in enumerate(("bad", "long", "unknown", "advice", "crash"))))
    write(
        a_toy=f"one: long {comment}\nno colon {line}\n",
        readiness_yaml=EVERYWHERE,
        **{"readiness-waivers_yaml": EVERY_GAP},
    )
    (toy.path / "CODEOWNERS").write_text(f"* {MARKUP.split(maxsplit=1)[0]}{STEERING}@x\n")
    known = {"date": "2026-11-01", "open": {MARKUP: 1}, "readiness": 5, "score": 5}
    (toy.path / "history.jsonl").write_text(f"{json.dumps(known)}\n{json.dumps({**known, 'open': {}})}\n")
    return toy


def test_no_text_commands_anything_wherever_it_comes_from(hostile, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    options = [f"--readiness-gate={MARKUP}", f"--readiness-bypass={MARKUP}{STEERING}", "--readiness-history=history.jsonl", "-v", "-rA"]
    shown = run(hostile, *options).stdout.str()
    texts = {name: read(hostile, name) for name in FORMATS}
    texts |= {"summary": (tmp_path / "summary.md").read_text("utf-8"), "terminal": shown}
    for name, text in texts.items():
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text), name
    commands = [line for line in shown.splitlines() if re.match(r"\s*::|.*##\[", line)]
    assert commands
    assert [
        line
        for line in commands
        if not re.match(r"::(error|warning|notice) (file=[^:,]+,)?(line=\d+,endLine=\d+,col=\d+,endColumn=\d+,)title=P", line)
    ] == []
    ElementTree.fromstring(texts["junit"])
    for name in ("sarif", "sarif-all"):
        Sarif.model_validate(json.loads(texts[name]))
    for name in ("markdown", "summary"):
        page = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table").render(texts[name])
        assert not re.search("<(script|a|img|b|h[4-9])[ >/]", page), name
        assert not re.search("(?<!\u200b)@all|@x(?!\u200b)", re.sub("<code>.*?</code>", "", page)), name
    assert "<img" not in texts["html"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a*b_c", r"a\*b\_c"),
        ("<b>", r"\<b\>"),
        ("a|b", r"a\|b"),
        ("@all see http://x", "@\u200ball see http:\u200b//x"),
        ("a\n# b", "a # b"),
    ],
)
def test_markdown_escapes_text(value, expected) -> None:
    assert markdown.text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("pin `image@sha256:...` for <b> of @all", "pin `image@sha256:...` for \\<b> of @\u200ball"),
        ("`<name>` and\n`a`", "`<name>` and `a`"),
        ("``a` <b> `", "``a` \\<b> `"),
    ],
)
def test_markdown_of_rules_keeps_their_code(value, expected) -> None:
    assert markdown.authored(value) == expected


@pytest.mark.parametrize(("value", "expected"), [("a", "`a`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("a|b", r"`a\|b`"), ("a\nb", "`a b`")])
def test_markdown_code(value, expected) -> None:
    assert markdown.code(value) == expected


# -- the terminal


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Docker", "Docker" + " " * 22),
        ("x" * 40, "x" * 28),
        ("可用性と信頼性", "可用性と信頼性" + " " * 14),
        ("性" * 20, "性" * 14),
        ("x" + "性" * 20, "x" + "性" * 13 + " "),
        ("e\u0301" * 30, "e\u0301" * 28),
    ],
    ids=["short", "long", "wide", "long and wide", "half a character over", "combining"],
)
def test_names_of_any_width_keep_the_columns(toy, write, name, shown) -> None:
    write(a_toy="one: ok\n", wanted_toy="", readiness_yaml=f"aspects: {{{name}: [Governance]}}\n")
    result = run(toy, formats=[])
    assert f"            {shown}  100.0      A       2 of 2        ." in result.stdout.str().splitlines()


def test_tables_and_figures_fit_eighty_columns(toy, write, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    write(a_toy="one: ok\ntwo: bad\nfour: long\nfive: unknown\nsix: advice\nseven: crash\n", **{"readiness-waivers_yaml": GAP})
    lines = run(toy, formats=[]).stdout.lines
    section = lines[next(number for number, line in enumerate(lines) if line.startswith("=") and " readiness " in line) :]
    assert [line for line in section if len(line) > 80 and not line.startswith(" " * 14)] == []  # reasons are as long as they are


def test_what_is_not_measured_is_said(toy, write) -> None:
    write(a_toy="five: unknown\n", readiness_yaml="ignore: [toy.any]\n")
    run(toy, formats=[]).stdout.fnmatch_lines(["readiness   not measured, 85 % is required; risk UNKNOWN, maturity 0.0 of 5"])


# -- writing


def test_a_run_without_reports_imports_none(toy, write) -> None:
    write(a_toy="one: bad\n")
    with (toy.path / "conftest.py").open("a") as stream:
        stream.write("""
def pytest_unconfigure():
    import sys
    print(sorted(name for name in sys.modules if name.startswith(("pytest_readiness.reports.", "jinja2"))))
""")
    result = toy.runpytest_subprocess("--readiness-only", "-p", "no:cacheprovider")
    result.stdout.fnmatch_lines(["['pytest_readiness.reports.terminal', 'pytest_readiness.reports.writing']"])


@pytest.mark.parametrize("name", FORMATS)
def test_serial_and_parallel_runs_write_the_same_bytes(project, name) -> None:
    def timeless() -> str:
        return re.sub(r'time="[0-9.]+"', "", read(project, name))

    run(project, formats=[name])
    serial = timeless()
    (project.path / "out" / name).unlink()
    (project.path / "out").rmdir()
    run(project, "-n2", formats=[name])
    assert timeless() == serial


def test_a_report_that_cannot_be_written_is_told_and_costs_no_other(toy, write) -> None:
    write(a_toy="one: ok\n", wanted_toy="", out_="")
    (toy.path / "file").write_text("")
    result = run(toy, "--readiness-report=json:file/x.json", formats=["badge"])
    assert result.ret == 1
    result.stdout.fnmatch_lines(["REPORT      *file/x.json was not written: *"])
    assert read(toy, "badge")


def test_a_full_disk_leaves_the_old_report(toy, write, monkeypatch) -> None:
    write(a_toy="one: ok\n", wanted_toy="")
    assert run(toy, formats=["json"]).ret == 0
    before = read(toy, "json")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    result = run(toy, formats=["json"])
    result.stdout.fnmatch_lines(["REPORT      *out/json was not written: No space left on device"])
    assert result.ret == 1
    assert read(toy, "json") == before
    assert [path.name for path in (toy.path / "out").iterdir()] == ["json"]


def test_a_device_is_written_to(toy, write) -> None:
    write(a_toy="one: ok\n", wanted_toy="")
    assert toy.runpytest("--readiness-only", "--readiness-report=json:/dev/null").ret == 0
    assert not Path("/dev/null").is_file()


def test_an_interrupted_run_is_reported_as_a_part(project) -> None:
    project.makeconftest(
        (project.path / "conftest.py").read_text()
        + """
def pytest_runtest_logreport(report):
    if "two" in report.nodeid:
        raise KeyboardInterrupt
"""
    )
    reports = [f"--readiness-report={name}:out/{name}" for name in ("json", "markdown")]
    assert project.runpytest_subprocess("--readiness-only", "-p", "no:cacheprovider", *reports).ret == 2
    assert json.loads(read(project, "json"))["run"]["partial"] == ["the run was interrupted"]
    assert "**Of a part of the checks only**: the run was interrupted." in read(project, "markdown")


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (["-x"], "the run was stopped: stopping after 1 failures"),
        (["-k", "two"], "checks were deselected"),
        (["a.toy"], "a part of the root was asked for"),
    ],
)
def test_a_verdict_on_a_part_says_so(project, args, reason) -> None:
    result = run(project, *args, formats=["json"])
    assert reason in json.loads(read(project, "json"))["run"]["partial"][0]
    result.stdout.fnmatch_lines([f"only a part *{reason}"])


def test_deselected_checks_are_counted_in_a_parallel_run_too(project) -> None:
    run(project, "-k", "two", "-n2", formats=["json"])
    assert json.loads(read(project, "json"))["run"]["partial"] == ["7 checks were deselected"]
