"""What ``readiness.yaml`` declares: units and margins, evidence, mistakes at their line, and when nothing is contacted."""

from __future__ import annotations

import datetime
import json
import os
import re
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from serving import mistakes

from pytest_readiness import builtin
from pytest_readiness import schema
from pytest_readiness.live import declared
from pytest_readiness.live import evidence
from pytest_readiness.live import measure
from pytest_readiness.live import query
from pytest_readiness.live import session
from pytest_readiness.live import units
from pytest_readiness.live.kinds import KINDS
from pytest_readiness.project import Project
from pytest_readiness.rules import live as criteria
from pytest_readiness.syntax import yaml

TODAY = datetime.datetime(2026, 6, 15, 12, tzinfo=datetime.timezone.utc)


def document(text: str) -> yaml.Document:
    return yaml.parse("readiness.yaml", text)[0]


def told(text: str, root: Path) -> measure.Judged:
    """What comes of the one evidence that a text declares."""
    assert mistakes(text) == []
    (entry,) = declared.load(document(text), Project.of({}))[0].evidence
    return evidence.judge(entry, root, TODAY)


# -- quantities


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("5ms", "0.005"),
        ("30 s", "30"),
        ("15min", "900"),
        ("92d", "7948800"),
        ("99.9%", "0.999"),
        ("1.5 GiB", "1610612736"),
        ("100 rps", "100"),
        ("6/min", "0.1"),
        (" -3 ", "-3"),
        (0.1, "0.1"),
        ("2e3 us", "0.002"),
    ],
)
def test_a_quantity_is_read_exactly(written: object, value: str) -> None:
    assert round(units.quantity(written).value, 12) == Decimal(value)


@pytest.mark.parametrize("written", ["", "fast", "<5ms", "5 msec", "5m", True, None, "5ms 6ms", "1" * 40, "٣ms"])
def test_what_is_no_quantity_is_told(written: object) -> None:
    with pytest.raises(ValueError, match=r"is not a number|no unit is called"):
        units.quantity(written)


@pytest.mark.parametrize(
    ("actual", "target", "lower_is_better", "said"),
    [
        ("0.278 ms", "5 ms", True, "94 % better"),
        ("6310 rps", "100 rps", False, "63 times"),
        ("11 s", "30 min", True, "99 % better"),
        ("95%", "85%", False, "11 % better"),
        ("99.95%", "99.9%", False, "0.05 % better"),
        ("4.999 ms", "5 ms", True, "0.02 % better"),
        ("5 ms", "5 ms", True, "exactly"),
        ("0", "0", True, "exactly"),
        ("3", "0", True, "by 3 missed"),
        ("6 ms", "5 ms", True, "20 % worse"),
        ("20 ms", "5 ms", True, "4 times too much"),
        ("80%", "85%", False, "5.8 % worse"),
        ("199 rps", "100 rps", False, "99 % better"),
        ("200 rps", "100 rps", False, "2 times"),
    ],
)
def test_a_margin_says_how_far_and_never_too_much(actual: str, target: str, lower_is_better: bool, said: str) -> None:
    assert units.margin(units.quantity(actual), units.quantity(target), lower_is_better=lower_is_better) == said


@pytest.mark.parametrize(
    ("operator", "target", "unit", "value", "problem"),
    [
        ("below", "5ms", "ms", 4.9999, None),
        ("below", "5ms", "ms", 5, "x is 5 ms, below 5 ms expected (exactly)"),
        ("at_most", "5ms", "ms", 5, None),
        ("at_most", "5ms", "ms", 5.0000001, "x is 5.0000001 ms, at most 5 ms expected (0.000002 % worse)"),
        ("at_least", "99.9%", "ratio", 0.999, None),
        ("above", "99.9%", "%", 99.9, "x is 99.9 %, above 99.9 % expected (exactly)"),
        ("equals", 0, "", 0, None),
        ("equals", 0, "", 2, "x is 2, 0 expected (by 2 missed)"),
        ("at_most", "30min", "s", 2400, "x is 40 min, at most 30 min expected (33 % worse)"),
    ],
)
def test_a_number_is_held_against_its_target(operator: str, target: object, unit: str, value: object, problem: str | None) -> None:
    judged = measure.Comparison(operator, units.quantity(target), unit).judge(value, what="x")
    assert judged.problems == (() if problem is None else (problem,))
    assert judged.measured and judged.measured.actual_value is not None


def test_a_tenth_is_a_tenth() -> None:
    judged = measure.Comparison("at_most", units.quantity("0.3 s"), "ms").judge(300, what="x")
    assert not judged.problems and judged.measured and judged.measured.margin == "exactly"


@pytest.mark.parametrize("value", [None, "", [], {}])
def test_no_data_fails_unless_that_is_accepted(value: object) -> None:
    compared = measure.Comparison("at_most", units.quantity(5))
    assert compared.judge(value, what="x").problems == ("no data: x holds nothing, at most 5 expected",)
    accepted = measure.Comparison("at_most", units.quantity(5), skip="nobody shops at night").judge(value, what="x")
    assert accepted.problems == () and accepted.unknown == "no data, which is accepted: nobody shops at night"


@pytest.mark.parametrize("value", ["5", "<5ms", True, "fast"])
def test_a_text_is_no_measurement(value: object) -> None:
    judged = measure.Comparison("at_most", units.quantity(5)).judge(value, what="x")
    assert judged.error and "is not a number" in judged.error and not judged.problems


@pytest.mark.parametrize("value", [[1, 2], {"a": 1}])
def test_many_values_are_no_measurement(value: object) -> None:
    assert "not one value" in (measure.Comparison("at_most", units.quantity(5)).judge(value, what="x").error or "")


@pytest.mark.parametrize(
    ("operator", "target", "value", "holds"),
    [
        ("equals", "Completed", "Completed", True),
        ("equals", "Completed", "PartiallyFailed", False),
        ("equals", True, True, True),
        ("equals", True, 1, False),
        ("matches", "^v1\\.", "v1.2", True),
        ("matches", "^v1\\.", "v2.1", False),
        ("equals", "1.2", "1.2", True),
    ],
)
def test_texts_are_compared_as_texts(operator: str, target: object, value: object, holds: bool) -> None:
    judged = measure.Comparison(operator, target).judge(value, what="x")
    assert bool(judged.problems) is not holds and judged.measured and judged.measured.margin == ("met" if holds else "not met")


# -- declarations


TARGETS = "live:\n  targets:\n    shop: {url: 'https://shop.example'}\n  checks:\n"


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("live: {checks: []}", "readiness.yaml:1:1: live: 'targets' is a required property"),
        (f"{TARGETS}    - {{rule: nothing, target: shop}}", "5:8: no rule is called 'live.nothing'"),
        (f"{TARGETS}    - {{rule: endpoint, target: shp}}", "5:24: no target is called 'shp' (known: shop)"),
        (f"{TARGETS}    - {{rule: endpoint, target: shop, stauts: 200}}", "5:38: live.checks.0: unknown key 'stauts' (did you mean 'status'?)"),
        (f"{TARGETS}    - {{rule: endpoint, target: shop, status: ok}}", "live.checks.0.status"),
        (f"{TARGETS}    - {{rule: reachable, target: shop}}", "5:8: live.reachable has no declaration"),
        (f"{TARGETS}    - {{rule: p99-latency, target: shop, below: 5 m}}", "5:41: below: '5 m': no unit is called 'm'"),
        (f"{TARGETS}    - {{rule: p99-latency, target: shop, below: 5%}}", "what is measured is in s, which cannot be compared with 5 %"),
        (f"{TARGETS}    - {{rule: p99-latency, target: shop, below: 5ms, at_most: 5ms}}", "not below and at_most"),
        (f"{TARGETS}    - {{rule: measurement, target: shop, value: 'a[', at_most: 3}}", "is not a JMESPath expression"),
        (f"{TARGETS}    - {{rule: measurement, target: shop, value: a}}", "5:8: exactly one of below, at_most"),
        (f"{TARGETS}    - {{rule: measurement, target: shop, value: a, below: 5ms}}", "5:51: the target is 5 ms: say in which unit the value is"),
        (f"{TARGETS}    - {{rule: measurement, target: shop, value: a, below: 5ms, unit: MiB}}", "unit: MiB cannot be compared with 5 ms"),
        (f"{TARGETS}    - {{rule: measurement, target: shop, value: a, below: 5ms, unit: parsec}}", "no unit is called 'parsec'"),
        (f"{TARGETS}    - {{rule: measurement, target: shop}}", "what is to hold?"),
        (f"{TARGETS}    - {{rule: endpoint, target: shop, at_most: 3}}", "5:38: at_most is about a number: measure one with percentile or value"),
        (f"{TARGETS}    - {{rule: endpoint, target: shop, unit: ms}}", "5:38: unit is about a number"),
        (f"{TARGETS}    - {{rule: endpoint, target: shop, on_no_data: {{skip: x}}}}", "5:38: on_no_data is about a number"),
        (f"{TARGETS}    - {{rule: p99-latency, target: shop, json: {{a: 1}}}}", "5:41: json does not go with a percentile of latencies"),
        (f"{TARGETS}    - {{rule: p99-latency, target: shop, follow: true}}", "5:41: follow does not go with a percentile of latencies"),
        (f"{TARGETS}    - {{rule: encryption-active, target: shop, path: /a}}", "5:47: path does not go with tls and plaintext"),
        (f"{TARGETS}    - {{rule: endpoint, target: shop, plaintext_port: 80}}", "5:38: plaintext_port is the port that plaintext: refused tries"),
        (f"{TARGETS}    - {{rule: endpoint, target: shop, path: //evil.example/}}", "live.checks.0.path"),
        ('live: {targets: {"shop\\n": {url: "http://a"}}}', "live.targets: 'shop\\n' does not match"),
        (f"{TARGETS}    - {{rule: endpoint, target: shop, header: {{A: '('}}}}", "header: '(' is no regular expression"),
        (f"{TARGETS}    - {{rule: endpoint, target: shop}}\n    - {{rule: endpoint, target: shop}}", "6:8: two checks of live.endpoint are called 'shop'"),
        ("live: {targets: {a: {url: 'ftp://a'}}}", "'ftp://a' is not an http or https url"),
        ("live: {targets: {a: {prometheus: 'http://a/b?c=d'}}}", "'http://a/b?c=d' has a query, which would not be sent"),
        ("live: {targets: {a: {url: 'http://me:secret@a'}}}", "a url holds no password"),
        ("live: {targets: {a: {url: 'http://a:99999'}}}", "is not a url"),
        ("live: {targets: {a: {url: 'http://a', timeout: 0s}}}", "timeout: must be more than nothing"),
        ("live: {targets: {a: {url: 'http://a', timeout: fast}}}", "timeout: 'fast' is not a number"),
        ("live: {targets: {a: {url: 'http://a', timeout: 1e99}}}", "timeout: must be at most 3600 s"),
        ("live: {targets: {a: {url: 'http://a', headers: {'X A': b}}}}", "live.targets.a.headers"),
        ("live: {targets: {a: {url: 'http://a', max_size: -1 B}}}", "max_size: '-1 B' is not a size"),
        ("live: {targets: {a: {github: a/b, api: 'https://me:pass@c'}}}", "api: a url holds no password"),
        ("live: {targets: {a: {url: 'http://a', token_env: 'Bearer abc'}}}", "live.targets.a.token_env"),
        ("live: {targets: {a: {url: 'http://a', max_size: 3 s}}}", "max_size: '3 s' is not a size"),
        ("live:\n  targets: {a: {url: 'http://a'}}\n  checks: [{rule: encryption-active, target: a}]", "TLS is asked of an https url"),
        ("live:\n  targets: {a: {url: 'https://a', proxy_env: P}}\n  checks: [{rule: encryption-active, target: a}]", "and a is behind a proxy"),
        ("evidence: [{rule: rto, name: x}]", "evidence needs a file or signed"),
        ("evidence: [{rule: rto, name: x, file: a.json}]", "value is missing"),
        ("evidence: [{rule: rto, name: x, file: ../a.json, value: a, unit: s}]", "must be a path below the root"),
        ("evidence: [{rule: rto, name: x, file: a.txt, value: a, unit: s}]", "say its format"),
        ("evidence: [{rule: rto, name: x, file: a.json, value: a}]", "say in which unit the value is, such as unit: min"),
        ("evidence: [{rule: rto, name: x, file: a.xml, value: 'a[[', unit: s}]", "is not an XPath"),
        ("evidence: [{rule: rto, name: x, file: a.json, value: a, unit: s, max_age: soon}]", "max_age: 'soon' is not a number"),
        ("evidence: [{rule: rto, name: x, file: a.json, value: a, unit: s, dated: b}]", "dated says how old it is: say with max_age"),
        ("evidence: [{rule: rto, name: x, unit: s, signed: {by: m, on: 2026-01-03, until: 2026-02-01, statement: s}}]", "1:33: unit is about a file"),
        ("evidence: [{rule: rto, name: x, file: a.json, value: a, unit: s, on_no_data: pass}]", "evidence.0.on_no_data"),
        ("evidence: [{rule: rto, name: x, signed: {by: m, on: 2026-01-40, until: 2026-02-01, statement: s}}]", "is not a date as YYYY-MM-DD"),
        ("evidence: [{rule: rto, name: x, signed: {by: m, on: 2026-03-01, until: 2026-02-01, statement: s}}]", "a day before it was signed"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_line(text: str, mistake: str) -> None:
    found = mistakes(text)
    assert found and mistake in found[0], found
    assert found[0].startswith("readiness.yaml:")


@pytest.mark.parametrize("rule", builtin.rules("live"), ids=lambda rule: rule.id)
def test_the_declaration_on_a_rules_page_can_be_declared(rule) -> None:
    samples = re.findall(r"```yaml\n(.*?)```", rule.why, re.DOTALL)
    assert samples and [mistakes(sample) for sample in samples] == [[]] * len(samples)
    assert rule.remedy[:1].islower() and not rule.remedy.endswith(".") and len(rule.title) <= 90


def test_every_default_of_a_criterion_is_understood() -> None:
    kinds = {key: {*kind.asks, *kind.measures, *kind.further} for key, kind in KINDS.items()} | {"evidence": {"max_age"}}
    assert kinds.keys() == criteria.WAYS.keys()
    for kind, ways in criteria.WAYS.items():
        assert {f"live.{name}" for name in ways} <= criteria.CRITERIA.keys()
        for name in criteria.CRITERIA:
            defaults = criteria.defaults(name, kind)
            for operator in measure.OPERATORS:
                if isinstance(defaults.get(operator), str) and operator != "equals":
                    units.quantity(defaults[operator])
            assert set(defaults) <= {*declared.OF_NUMBERS, *kinds[kind]}, name


@pytest.mark.parametrize(
    ("expression", "on_purpose"),
    [("live", True), ("live and p0", True), ("p0 or live", True), ("not live", False), ("p0", False), ("", False), ("alive", False),
     ("live and not evidence", True), ("not (p0 or live)", False), ("live and", False)],
)  # fmt: skip
def test_live_is_selected_on_purpose(expression: str, on_purpose: bool) -> None:
    assert session.selects_live(expression) is on_purpose


# -- evidence


def write(root: Path, name: str, text: str) -> None:
    (root / name).write_text(text, "utf-8")


CASES = {
    "k6.json": ('{"metrics": {"http_req_duration": {"values": {"p(99)": 2.1}}}}', 'metrics.http_req_duration.values."p(99)"'),
    "k6.yaml": ("run:\n  - {name: p50, ms: 1}\n  - {name: p99, ms: 2.1}\n", "run[?name=='p99'].ms | [0]"),
    "k6.csv": ("name,ms\np50,1.0\np99,2.1\n", "[?name=='p99'].ms | [0]"),
    "k6.xml": ('<run><p at="50">1</p><p at="99" ms="2.1"> 2.1 </p></run>', "p[@at='99']"),
}


@pytest.mark.parametrize(("name", "text", "value"), [(name, *case) for name, case in CASES.items()], ids=list(CASES))
def test_a_value_is_found_in_a_file(tmp_path: Path, name: str, text: str, value: str) -> None:
    write(tmp_path, name, text)
    judged = told(f"evidence: [{{rule: p99-latency, name: k6, file: {name}, value: {json.dumps(value)}, unit: ms}}]", tmp_path)
    assert judged == measure.Judged(measured=measure.Measured("below", "below 5 ms", "2.1 ms", "ms", "58 % better", 5.0, 2.1))


JUNIT = '<testsuites><testsuite tests="3" failures="1"><testcase/><testcase><failure/></testcase><testcase/></testsuite></testsuites>'


@pytest.mark.parametrize(
    ("value", "problems"),
    [
        ("testsuite/@failures", ("testsuite/@failures of junit.xml is 1, 0 expected (by 1 missed)",)),
        ("count(.//failure)", ("count(.//failure) of junit.xml is 1, 0 expected (by 1 missed)",)),
        ("count(.//error)", ()),
        ("testsuite/@errors", ("no data: testsuite/@errors of junit.xml holds nothing, 0 expected",)),
    ],
)
def test_junit_is_evidence(tmp_path: Path, value: str, problems: tuple[str, ...]) -> None:
    write(tmp_path, "junit.xml", JUNIT)
    text = f"evidence: [{{rule: measurement, name: tests, file: junit.xml, value: '{value}', equals: 0}}]"
    assert told(text, tmp_path).problems == problems


ENTRY = "evidence: [{rule: rto, name: drill, file: drill.json, value: seconds, unit: s, dated: at, max_age: 92d}]"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"seconds": 11, "at": "2026-06-01"}', None),
        ('{"seconds": 11, "at": "2026-06-01T10:00:00Z"}', None),
        ('{"seconds": 11, "at": "2026-06-01T10:00:00.123456789+02:00"}', None),
        ('{"seconds": 11, "at": 1780000000}', None),
        ('{"seconds": 11, "at": 1780000000000}', None),
        ('{"seconds": 1800, "at": "2026-06-01"}', "seconds of drill.json is 30 min, below 30 min expected (exactly)"),
        ('{"seconds": 11, "at": "2026-01-01"}', "at of drill.json is 165.5 d old, at most 92 d allowed"),
        ('{"seconds": 11, "at": "2027-01-01"}', "at of drill.json is of 2027-01-01, which is still to come"),
        ('{"seconds": 11}', "no data: at of drill.json holds no date, so nobody knows how old this is"),
        ('{"at": "2026-06-01"}', "no data: seconds of drill.json holds nothing, below 30 min expected"),
        ('{"seconds": NaN, "at": "2026-06-01"}', "no data: seconds of drill.json holds nothing, below 30 min expected"),
    ],
)
def test_evidence_is_recent_or_fails(tmp_path: Path, text: str, problem: str | None) -> None:
    write(tmp_path, "drill.json", text)
    assert told(ENTRY, tmp_path).problems == (() if problem is None else (problem,))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('{"seconds": "<30min", "at": "2026-06-01"}', "seconds of drill.json is '<30min', which is not a number"),
        ('{"seconds": 11, "at": "last week"}', "at of drill.json is 'last week', which is not a date"),
        ("{", "drill.json is not JSON: "),
        ("[" * 100_000, "drill.json is not JSON: "),
        ('{"seconds": 1e999, "at": "2026-06-01"}', "is inf, which is not a number"),
    ],
)
def test_evidence_that_cannot_be_judged_is_an_error(tmp_path: Path, text: str, error: str) -> None:
    write(tmp_path, "drill.json", text)
    judged = told(ENTRY, tmp_path)
    assert judged.error and error in judged.error and not judged.problems


def test_evidence_that_is_missing_fails(tmp_path: Path) -> None:
    assert told(ENTRY, tmp_path).problems == ("there is no drill.json: nobody has measured this",)


def test_a_link_out_of_the_root_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    write(tmp_path, "secret.json", '{"seconds": 1}')
    (tmp_path / "root" / "drill.json").symlink_to(tmp_path / "secret.json")
    assert told(ENTRY, tmp_path / "root").error == "drill.json leads out of the root"


def test_a_document_type_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, "a.xml", '<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>')
    text = "evidence: [{rule: measurement, name: x, file: a.xml, value: ., equals: 0}]"
    assert told(text, tmp_path).error == "a.xml declares a document type, which is not read"


UNDATED = "evidence: [{rule: rto, name: drill, file: drill.json, value: seconds, unit: s, max_age: 92d}]"


def git(root: Path, *arguments: str, when: str = "2026-01-01T00:00:00Z") -> None:
    who = {f"GIT_{role}_{what}": "a@b.example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", "-C", root, *arguments], env={**os.environ, **who, **dates}, check=True, capture_output=True)


def test_a_file_without_a_date_is_as_old_as_its_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "drill.json", '{"seconds": 11}')
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "drill")
    os.utime(tmp_path / "drill.json")  # as a checkout does it
    assert told(UNDATED, tmp_path).problems == ("drill.json is 165.5 d old, at most 92 d allowed",)
    write(tmp_path, "drill.json", '{"seconds": 12}')  # measured again, not committed yet
    os.utime(tmp_path / "drill.json", (TODAY.timestamp(), TODAY.timestamp()))
    assert told(UNDATED, tmp_path).problems == ()


def test_a_shallow_clone_does_not_know_how_old_a_file_is(tmp_path: Path) -> None:
    test_a_file_without_a_date_is_as_old_as_its_commit(tmp_path)
    git(tmp_path, "commit", "-qam", "again")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{tmp_path}", str(tmp_path / "clone"))
    assert "the clone is shallow" in (told(UNDATED, tmp_path / "clone").unknown or "")


@pytest.mark.parametrize(
    ("on", "until", "problem"),
    [
        ("2026-06-15", "2026-06-15", None),
        ("2026-06-16", "2026-07-01", "maria signs this on 2026-06-16, which is still to come"),
        ("2026-01-01", "2026-06-14", "what maria signed on 2026-01-01 held until 2026-06-14"),
    ],
)
def test_a_signature_holds_until_its_last_day(tmp_path: Path, on: str, until: str, problem: str | None) -> None:
    signed = f"{{by: maria, on: {on}, until: {until}, statement: all twelve answered}}"
    text = f"evidence: [{{rule: contacts-reachable, name: tree, signed: {signed}}}]"
    assert told(text, tmp_path).problems == (() if problem is None else (problem,))


@pytest.mark.parametrize("expression", ["a[", "a[@b", "a[[", "@", "count(a["])
def test_what_is_no_xpath_is_told(expression: str) -> None:
    with pytest.raises(query.QueryError, match="is not an XPath"):
        query.compiled("xml", expression)


# -- in a run


DECLARED = """\
live:
  targets:
    shop: {url: 'http://127.0.0.1:9'}
  checks:
    - {rule: service-healthy, target: shop, path: /healthz}
evidence:
  - {rule: rto, name: drill, file: drill.json, value: seconds, unit: s}
  - {rule: p99-latency, name: k6, file: drill.json, value: p99, unit: ms, priority: P2}
  - {rule: emergency-response, name: told, file: drill.json, value: told, unit: s}
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makefile(".yaml", readiness=DECLARED)
    pytester.makefile(".json", drill='{"seconds": 11, "p99": 7, "told": "<30s"}')
    return pytester


def test_nothing_is_contacted_by_accident_and_that_is_said(project: pytest.Pytester) -> None:
    result = project.runpytest("--readiness", "-v")
    result.assert_outcomes(passed=1, failed=1, errors=1)
    result.stdout.fnmatch_lines([
        "readiness.yaml::live.rto?drill? PASSED*",
        "readiness.yaml::live.p99-latency?k6? FAILED*",
        "readiness.yaml:8:*: P2 live.p99-latency: p99 of drill.json is 7 ms, below 5 ms expected (40 % worse)",
        "targets     what * target * actual * margin",
        "*p99-latency?k6?  below 5 ms    7 ms    40 % worse   failed",
        "*rto?drill?       below 30 min  11 s    99 % better  passed",
        "live        2 live checks declared and not run; --readiness-live contacts what they are about",
    ])  # fmt: skip
    result.stdout.no_fnmatch_line("*reachable*")
    result.stdout.fnmatch_lines(["readiness.yaml:9:*: P1 live.emergency-response: told of drill.json is '<30s', which is not a number*"])
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize("arguments", [["--readiness-live"], ["-m", "live or evidence"]])
def test_what_is_down_fails_once_and_the_rest_is_skipped(project: pytest.Pytester, arguments: list[str]) -> None:
    result = project.runpytest("--readiness", "-rs", *arguments)
    result.assert_outcomes(passed=1, failed=2, errors=1, skipped=1)
    result.stdout.fnmatch_lines([
        "readiness.yaml:3:5: P0 live.reachable: target shop cannot be reached: http://127.0.0.1:9 refuses the connection",
        "SKIPPED*unknown: target shop cannot be reached",
    ])  # fmt: skip


def test_marks_select(project: pytest.Pytester) -> None:
    project.runpytest("--readiness", "-m", "live").assert_outcomes(failed=1, skipped=1, deselected=3)
    project.runpytest("--readiness", "--readiness-live", "-m", "not live and p2").assert_outcomes(failed=1, deselected=4)
    result = project.runpytest("--readiness", "--readiness-live", "readiness.yaml::live.rto[drill]")
    result.assert_outcomes(passed=1)


def test_settings_and_waivers_reach_declared_checks(project: pytest.Pytester) -> None:
    project.makefile(".yaml", readiness=f"{DECLARED}ignore: [live.emergency-response]\n")
    waivers = [
        "waivers:",
        "  - {rule: live.p99-latency, where: 'readiness.yaml::k6', reason: r, owner: o, until: 2099-01-01}",
        "  - {rule: live.service-healthy, where: 'readiness.yaml::shop', reason: not run, owner: o, until: 2099-01-01}",
    ]
    (project.path / "readiness-waivers.yaml").write_text("\n".join(waivers))
    project.runpytest("--readiness").assert_outcomes(passed=1, xfailed=1)


def test_reports_hold_target_and_actual(project: pytest.Pytester) -> None:
    formats = ("json", "junit", "markdown", "html")
    project.runpytest("--readiness", "--junitxml=own.xml", *(f"--readiness-report={name}:report.{name}" for name in formats))
    report = json.loads((project.path / "report.json").read_text())
    Draft202012Validator(schema.load("report")).validate(report)
    measured = {check["id"]: check["measured"] for check in report["checks"]}
    assert measured["readiness.yaml::live.rto[drill]"] == {
        "operator": "below",
        "target": "below 30 min",
        "actual": "11 s",
        "unit": "min",
        "margin": "99 % better",
        "target_value": 30.0,
        "actual_value": pytest.approx(11 / 60),
    }
    for name in ("report.junit", "report.markdown", "report.html", "own.xml"):
        text = (project.path / name).read_text()
        assert "99 % better" in text and "11 s" in text, name


def test_nothing_of_it_is_imported_where_nothing_is_declared(pytester: pytest.Pytester) -> None:
    pytester.makefile(".yaml", readiness="ignore: [docker.*]\n")
    pytester.makeconftest(
        "import sys\ndef pytest_unconfigure():\n"
        "    print('found', sorted(name for name in sys.modules if 'readiness.live' in name or name in ('httpx', 'jmespath')))"
    )
    (pytester.path / "Dockerfile").write_text("FROM alpine:3.20\n")
    result = pytester.runpytest_subprocess("--readiness", "--readiness-report=json:report.json", "-p", "no:testinfra")
    result.stdout.fnmatch_lines(["found ?]"])


def test_to_contact_nothing_is_a_mistake(project: pytest.Pytester) -> None:
    project.makefile(".yaml", readiness="evidence: []\n")
    result = project.runpytest("--readiness", "--readiness-live")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--readiness-live: readiness.yaml declares nothing below live, *"])


def test_a_mistake_stops_the_run(pytester: pytest.Pytester) -> None:
    pytester.makefile(".yaml", readiness=f"{TARGETS}    - {{rule: nothing, target: shop}}\n")
    result = pytester.runpytest("--readiness")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*readiness.yaml:5:*: no rule is called 'live.nothing'*"])


def test_a_rule_explains_what_to_declare(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest("--readiness-explain", "live.p99-latency")
    result.stdout.fnmatch_lines(["# live.p99-latency", "*- rule: p99-latency", "*below: 5ms"])
