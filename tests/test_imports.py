"""What other tools found: SARIF in the shapes that tools write it, JUnit, files that cannot be trusted, and two witnesses."""

from __future__ import annotations

import datetime
import json
import os
import re
import subprocess
from typing import Any

import jsonschema
import pytest
from test_docs import text as text_of

from pytest_readiness import ParseFailure
from pytest_readiness import Priority
from pytest_readiness import Project
from pytest_readiness import schema
from pytest_readiness.imports.entry import Entry
from pytest_readiness.imports.imported import Imports
from pytest_readiness.imports.loading import MAX_BYTES
from pytest_readiness.imports.loading import slug
from pytest_readiness.imports.report import moment
from pytest_readiness.imports.rules import rule_id
from pytest_readiness.imports.witnesses import plain
from pytest_readiness.settings import load
from pytest_readiness.settings import mistakes
from pytest_readiness.tree import DiskTree

FILE = "out/scan.sarif"
DOCKERFILE = "FROM python:3.12\nRUN pip install flask\nCMD python app.py\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: app
          image: web:1
"""


def result(rule: str = "R1", uri: str | None = "a.toy", line: int = 0, text: str = "is wrong", **more: Any) -> dict[str, Any]:
    """A result at a line of a file; without a file, at none."""
    region = {"region": {"startLine": line}} if line else {}
    locations = [{"physicalLocation": {"artifactLocation": {"uri": uri}, **region}}] if uri else []
    return {"ruleId": rule, "message": {"text": text}, "locations": locations, **more}


def sarif(*results: Any, tool: str = "scan", rules: Any = (), **run: Any) -> str:
    """A log of one run."""
    driver = {"name": tool, "rules": [rule if isinstance(rule, dict) else {"id": rule} for rule in rules]}
    return json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": list(results), **run}]})


def project(text: str | bytes, **files: str) -> Project:
    return Project.of({FILE: text, "a.toy": "one: ok\ntwo: bad\n", "Dockerfile": DOCKERFILE, **files})


def imported(text: str | bytes, files: dict[str, str] | None = None, /, **entry: Any) -> dict[str, tuple[str, str, str]]:
    """The checks of an import by node id: outcome, priority, message or reason."""
    made = Imports([Entry(FILE, **entry)], project(text, **(files or {})))
    found = [(path, rule, resource) for path in sorted(made.paths) for rule, resource in made.at(path)]
    return {
        f"{path}::{rule.id}[{resource.name}]": (resource.outcome, rule.priority.name, resource.message or resource.reason)
        for path, rule, resource in found
    }


def problems(text: str | bytes, **entry: Any) -> list[str]:
    return Imports([Entry(FILE, **entry)], project(text), None, ["k8s"]).loaded[0].problems


def only(found: dict[str, Any]) -> tuple[str, Any]:
    assert len(found) == 1, found
    return next(iter(found.items()))


# -- in the shapes that tools write


def test_trivy_ranks_by_security_severity_and_its_paths_are_below_a_base() -> None:
    rules = [
        {
            "id": "KSV-0012",
            "name": "Misconfiguration",
            "shortDescription": {"text": "Runs as root user"},
            "fullDescription": {"text": "Force the running image to run as a non-root user."},
            "defaultConfiguration": {"level": "warning"},
            "helpUri": "https://avd.aquasec.com/misconfig/ksv012",
            "properties": {"precision": "very-high", "security-severity": "5.5", "tags": ["misconfiguration", "security", "MEDIUM"]},
        }
    ]
    found = result("KSV-0012", "deploy/app.yaml", ruleIndex=0, level="warning")
    found["locations"][0]["physicalLocation"]["artifactLocation"]["uriBaseId"] = "ROOTPATH"
    found["locations"][0]["physicalLocation"]["region"] = {"startLine": 1, "startColumn": 1, "endLine": 10, "endColumn": 1}
    text = sarif(found, tool="Trivy", rules=rules, originalUriBaseIds={"ROOTPATH": {"uri": "file:///scanned/elsewhere/"}})
    name, (outcome, priority, message) = only(imported(text, {"deploy/app.yaml": DEPLOYMENT}))
    assert name == "deploy/app.yaml::trivy.KSV-0012[Deployment/web]"
    assert (outcome, priority, message) == ("failed", "P2", "is wrong")
    made = Imports([Entry(FILE)], project(text, **{"deploy/app.yaml": DEPLOYMENT}))
    rule, resource = made.at("deploy/app.yaml")[0]
    assert (rule.title, rule.why) == ("Runs as root user", "Force the running image to run as a non-root user.")
    assert (rule.remedy, rule.category) == ("see https://avd.aquasec.com/misconfig/ksv012", "Security & Compliance")
    assert resource.span.line == 1 and resource.place[1:] == (1, 1, 10, 1)


def test_a_vulnerability_of_an_image_hangs_on_the_import_and_says_where() -> None:
    rule = {"id": "CVE-2026-1", "properties": {"security-severity": "9.8"}, "help": {"text": "Upgrade openssl to 3.5.2"}}
    text = sarif(result("CVE-2026-1", "library/nginx", 1, "openssl 3.5.1"), tool="Trivy", rules=[rule])
    name, (outcome, priority, message) = only(imported(text))
    assert name.startswith(f"{FILE}::trivy.CVE-2026-1[")
    assert (outcome, priority, message) == ("failed", "P0", "library/nginx: openssl 3.5.1")
    assert Imports([Entry(FILE)], project(text)).rules[0].remedy == "Upgrade openssl to 3.5.2"


def test_checkov_names_blocks_and_each_resource_is_an_item() -> None:
    second = DEPLOYMENT.replace("web", "api")
    deployments = f"{DEPLOYMENT}---\n{second}"
    found = [result("CKV_K8S_9", "d.yaml", level="error", text="Readiness Probe Should be Configured") for _ in range(2)]
    for number, each in enumerate(found):
        each["locations"][0]["physicalLocation"]["region"] = {"startLine": 1 + 11 * number, "endLine": 10 + 11 * number}
    names = imported(sarif(*found, tool="Checkov"), {"d.yaml": deployments})
    assert names == {
        "d.yaml::checkov.CKV_K8S_9[Deployment/web]": ("failed", "P1", "Readiness Probe Should be Configured"),
        "d.yaml::checkov.CKV_K8S_9[Deployment/api]": ("failed", "P1", "Readiness Probe Should be Configured"),
    }


def test_hadolint_lists_no_rules_and_writes_paths_with_a_dot() -> None:
    name, found = only(imported(sarif(result("DL3013", "./Dockerfile", 2, "Pin versions in pip", level="warning"), tool="Hadolint")))
    assert name.startswith("Dockerfile::hadolint.DL3013[") and found == ("failed", "P2", "Pin versions in pip")


def test_zizmor_names_its_rules_after_itself() -> None:
    workflow = ".github/workflows/ci.yml"
    text = sarif(result("zizmor/artipacked", workflow, 3, kind="fail", level="note"), tool="zizmor", rules=["zizmor/artipacked"])
    name, found = only(imported(text, {workflow: "on: push\njobs: {}\n"}))
    assert name.startswith(f"{workflow}::zizmor.artipacked[") and found[1] == "P3"


def test_semgrep_without_an_account_has_no_fingerprint() -> None:
    finds = [result("python.shell", "a.toy", line, fingerprints={"matchBasedId/v1": "requires login"}) for line in (1, 2)]
    found = imported(sarif(*finds, tool="Semgrep OSS"))
    assert len(found) == 2 and all(name.startswith("a.toy::semgrep-oss.python.shell[") for name in found)


def test_codeql_has_its_rules_in_an_extension() -> None:
    extension = {"name": "codeql/python-queries", "rules": [{"id": "other"}, {"id": "py/sqli", "properties": {"security-severity": "8.8"}}]}
    find = {
        **result("py/sqli", "a.toy", 1),
        "rule": {"index": 1, "toolComponent": {"index": 0}},
        "partialFingerprints": {"line": "abc:1234"},
    }
    found = imported(
        json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "CodeQL"}, "extensions": [extension]}, "results": [find]}]})
    )
    assert [(name.partition("[")[0], priority) for name, (_, priority, _) in found.items()] == [
        ("a.toy::codeql.py/sqli", "P1"),
        (f"{FILE}::codeql.other", "P2"),
    ]


def test_kics_gives_its_rules_by_index_only() -> None:
    find = result("", "a.toy", 1)
    del find["ruleId"]
    text = sarif(
        {**find, "ruleIndex": 0}, tool="KICS", rules=[{"id": "b9c83569", "name": "Privileged", "defaultConfiguration": {"level": "error"}}]
    )
    name, found = only(imported(text))
    assert name.startswith("a.toy::kics.b9c83569[") and found[1] == "P1"


def test_gitleaks_shows_no_secret() -> None:
    token = "ghp_" + "a1" * 20
    text = sarif(result("github-pat", "a.toy", 2, f"found {token}"), tool="gitleaks")
    made = Imports([Entry(FILE)], project(text))
    rule, resource = made.at("a.toy")[0]
    assert token not in resource.message and token not in resource.name and rule.secret


# -- what is an item, and what it is called


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({}, "failed"),
        ({"kind": "pass"}, "passed"),
        ({"kind": "informational"}, "passed"),
        ({"kind": "review"}, "skipped"),
        ({"kind": "open"}, "skipped"),
        ({"kind": "notApplicable"}, None),
        ({"baselineState": "absent"}, None),
        ({"baselineState": "unchanged"}, "failed"),
        ({"suppressions": [{"kind": "inSource", "justification": "by design"}]}, "skipped"),
        ({"suppressions": [{"kind": "external", "status": "accepted"}]}, "skipped"),
        ({"suppressions": [{"kind": "external", "status": "underReview"}]}, "failed"),
        ({"suppressions": [{"kind": "external", "status": "rejected"}, {"kind": "inSource"}]}, "failed"),
        ({"suppressions": []}, "failed"),
    ],
    ids=str,
)
def test_a_result_is_what_its_kind_and_its_suppressions_say(more, outcome) -> None:
    assert [found[0] for found in imported(sarif(result(**more))).values()] == ([outcome] if outcome else [])


def test_a_suppressed_result_says_why() -> None:
    text = sarif(result(suppressions=[{"kind": "inSource", "justification": "by\ndesign"}]))
    assert only(imported(text))[1][2] == "is wrong"
    resource = Imports([Entry(FILE)], project(text)).at("a.toy")[0][1]
    assert resource.reason == "suppressed in the source by design"


def test_rules_that_ran_without_a_result_are_passed_items_of_the_import() -> None:
    off = {"id": "OFF", "defaultConfiguration": {"enabled": False}}
    overridden = {"ruleConfigurationOverrides": [{"descriptor": {"id": "OFF2"}, "configuration": {"enabled": False}}]}
    found = imported(sarif(result("R1"), rules=["R1", "R2", off, "OFF2"], invocations=[overridden]))
    assert [(name, outcome) for name, (outcome, *_) in found.items() if name.startswith("out/")] == [(f"{FILE}::scan.R2[clean]", "passed")]


def test_names_do_not_change_when_lines_move() -> None:
    text = "zero: ok\none: ok\ntwo: bad\n"
    before, after = imported(sarif(result(line=2))), imported(sarif(result(line=3)), {"a.toy": text})
    assert before.keys() == after.keys()


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"logicalLocations": [{"fullyQualifiedName": "module.web"}]}, "module.web"),
        ({"logicalLocations": [{"name": "web"}]}, "web"),
    ],
    ids=str,
)
def test_a_logical_location_is_a_name(more, name) -> None:
    find = result()
    find["locations"][0].update(more)
    assert only(imported(sarif(find)))[0] == f"a.toy::scan.R1[{name}]"


def test_fingerprints_are_names_whatever_the_message_says() -> None:
    first = imported(sarif(result(text="old words", partialFingerprints={"primaryLocationLineHash": "39fa2ee980eb94b0:1"})))
    second = imported(sarif(result(text="new words", line=2, partialFingerprints={"primaryLocationLineHash": "39fa2ee980eb94b0:1"})))
    assert first.keys() == second.keys()


def test_what_is_reported_twice_is_one_item_and_what_is_alike_is_two() -> None:
    text = sarif(result(line=1), result(line=1), result(line=2))
    assert len(Imports([Entry(FILE)], project(text)).at("a.toy")) == 2


def seen(text: str, uri: str = "a.toy", line: int = 1, end: int = 2) -> dict[str, Any]:
    """A result with what the tool saw in its region."""
    found = result(uri=uri, line=line)
    found["locations"][0]["physicalLocation"]["region"].update(endLine=end, snippet={"text": text})
    return found


def test_what_is_rendered_from_one_file_is_told_apart_by_what_the_tool_saw() -> None:
    # checkov gives the lines of each rendered object, in the file of the kustomization
    one, two = (seen(f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\n") for name in ("web", "api"))
    names = {resource.name for _, resource in Imports([Entry(FILE)], project(sarif(one, two, one))).at("a.toy")}
    assert len(names) == 2
    moved = seen("apiVersion: v1\nkind: Service\nmetadata: {name: web}\n", line=7, end=9)
    assert {resource.name for _, resource in Imports([Entry(FILE)], project(sarif(moved))).at("a.toy")} < names


def test_what_the_tool_saw_is_no_part_of_a_name_where_the_file_says_it() -> None:
    assert imported(sarif(seen("one: ok\ntwo: bad\n"))).keys() == imported(sarif(result(line=1))).keys()
    assert imported(sarif(seen("two", line=2))).keys() == imported(sarif(result(line=2))).keys()


def test_results_in_two_lines_outside_of_the_project_are_two() -> None:
    made = Imports([Entry(FILE)], project(sarif(*(result(uri="/srv/else/app.py", line=line) for line in (1, 12, 13)))))
    assert [resource.message for _, resource in made.at(FILE)] == [
        "/srv/else/app.py: is wrong",
        "/srv/else/app.py, line 12: is wrong",
        "/srv/else/app.py, line 13: is wrong",
    ]


def test_priorities_come_from_severity_then_level_then_the_table() -> None:
    rules = [{"id": f"S{number}", "properties": {"security-severity": number}} for number in ("9.0", "7.0", "4.0", "0.1", "0.0", "x")]
    finds = [result(rule["id"]) for rule in rules] + [result(level, level=level) for level in ("error", "warning", "note", "none")]
    ranks = {
        rule.id.removeprefix("scan."): rule.priority.name for rule in Imports([Entry(FILE)], project(sarif(*finds, rules=rules))).rules
    }
    assert ranks == {
        "S9.0": "P0",
        "S7.0": "P1",
        "S4.0": "P2",
        "S0.1": "P3",
        "S0.0": "P2",
        "Sx": "P2",
        "error": "P1",
        "warning": "P2",
        "note": "P3",
        "none": "P3",
    }


@pytest.mark.parametrize(
    ("table", "priority"),
    [
        ({}, "P1"),
        ({"HIGH": Priority.P0}, "P0"),
        ({"R*": Priority.P3}, "P3"),
        ({"scan.R1": Priority.P3}, "P3"),
        ({"R*": Priority.P3, "HIGH": Priority.P0}, "P0"),
        ({"warning": Priority.P2}, "P2"),
        ({"pci": Priority.P0}, "P0"),
        ({"CRITICAL": Priority.P3}, "P1"),
    ],
    ids=str,
)
def test_the_last_key_of_the_table_that_matches_decides(table, priority) -> None:
    rule = {"id": "R1", "properties": {"security-severity": "7.5", "tags": ["pci"]}}
    assert only(imported(sarif(result(), rules=[rule]), priorities=table))[1][1] == priority


def test_only_what_is_selected_is_imported() -> None:
    text = sarif(result("A1"), result("A2"), result("B1"), result("A1", "Dockerfile"), rules=["A3", "B2"])
    found = imported(text, select=("A*",), ignore=("A2",), exclude=("Docker*",))
    assert [name.partition("[")[0] for name in found] == ["a.toy::scan.A1", f"{FILE}::scan.A3"]


# -- where it is


@pytest.mark.parametrize(
    ("location", "bases", "path"),
    [
        ({"uri": "src/a%20b.py"}, {}, "src/a b.py"),
        ({"uri": "src/a b.py"}, {}, "src/a b.py"),
        ({"uri": "src/100%.txt"}, {}, "src/100%.txt"),
        ({"uri": "./src/../Dockerfile"}, {}, "Dockerfile"),
        ({"uri": "a b.py", "uriBaseId": "SRC"}, {"SRC": {"uri": "src/", "uriBaseId": "ROOT"}, "ROOT": {"uri": "file:///elsewhere/"}}, ""),
        ({"uri": "a b.py", "uriBaseId": "SRC"}, {"SRC": {"uri": "src", "uriBaseId": "ROOT"}, "ROOT": {}}, "src/a b.py"),
        ({"uri": "Dockerfile", "uriBaseId": "%SRCROOT%"}, {}, "Dockerfile"),
        ({"uri": "Dockerfile", "uriBaseId": "X"}, {"X": {"uri": "x/", "uriBaseId": "X"}}, "Dockerfile"),
        ({"index": 0}, {}, "Dockerfile"),
        ({"index": 7}, {}, ""),
        ({"uri": "file:///src/Dockerfile"}, {}, "Dockerfile"),
        ({"uri": "file://localhost/src/Dockerfile"}, {}, "Dockerfile"),
        ({"uri": "/src/Dockerfile"}, {}, "Dockerfile"),
        ({"uri": "/srcs/Dockerfile"}, {}, ""),
        ({"uri": "src\\a b.py"}, {}, "src/a b.py"),
        ({"uri": "../Dockerfile"}, {}, ""),
        ({"uri": "%2e%2e/Dockerfile"}, {}, ""),
        ({"uri": "file:///src/../etc/passwd"}, {}, ""),
        ({"uri": "/etc/passwd"}, {}, ""),
        ({"uri": "https://example.com/Dockerfile"}, {}, ""),
        ({"uri": "a\0b"}, {}, ""),
        ({"uri": "."}, {}, ""),
        ({"uri": 5}, {}, ""),
        ("Dockerfile", {}, ""),
    ],
    ids=str,
)
def test_a_place_is_a_file_of_the_project_or_the_import(location, bases, path) -> None:
    find = {
        "ruleId": "R1",
        "message": {"text": "m"},
        "locations": [{"physicalLocation": {"artifactLocation": location, "region": {"startLine": 1}}}],
    }
    text = sarif(find, originalUriBaseIds=bases, artifacts=[{"location": {"uri": "Dockerfile"}}])
    found = imported(text, {"src/a b.py": "x\n", "src/100%.txt": "x\n"}, root="/src")
    assert only(found)[0].partition("::")[0] == (path or FILE)


def test_an_absolute_path_is_found_below_the_root_of_a_real_directory(tmp_path) -> None:
    root = tmp_path / "real"
    root.mkdir()
    (root / "Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "outside").write_text("x")
    (tmp_path / "link").symlink_to(root)
    finds = [result("R1", (at / "Dockerfile").as_uri(), 1) for at in (root, tmp_path / "link")] + [
        result("R2", (tmp_path / "outside").as_uri(), 1)
    ]
    (root / "scan.sarif").write_text(sarif(*finds))
    made = Imports([Entry("scan.sarif")], Project(DiskTree(tmp_path / "link"), ()))
    assert {path: len(made.at(path)) for path in made.paths} == {"Dockerfile": 1, "scan.sarif": 1}


def test_a_file_that_nothing_looks_at_has_its_findings_all_the_same(toy, write) -> None:
    write(readiness_yaml=f"imports: [{{file: {FILE}}}]\n", vendor__x_py="pass\n", a_toy="one: ok\n")
    write(out__scan_sarif=sarif(result("R1", "vendor/x.py", 1)))
    toy.makeini("[pytest]\nreadiness_exclude = vendor\n")
    assert run(toy)["vendor/x.py::scan.R1[" + digest_of(toy, "vendor/x.py")]["outcome"] == "failed"


def digest_of(pytester: pytest.Pytester, path: str) -> str:
    report = json.loads((pytester.path / "out.json").read_text())
    return next(check["id"] for check in report["checks"] if check["path"] == path).partition("[")[2]


# -- files that cannot be trusted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        (" \n\t", "is empty"),
        ("{", "is neither SARIF, which is JSON (Expecting property name"),
        ("[" * 100_000, "is nested too deeply"),
        ('{"a":' * 50_000, "is nested too deeply"),
        ("[]", "is not SARIF: it has no list of runs"),
        ("null", "is not SARIF"),
        ('{"version": "2.1.0"}', "is not SARIF"),
        ('{"version": "2.0.0", "runs": [{}]}', "is SARIF of version '2.0.0'"),
        ('{"runs": [{}]}', "is SARIF of version 'None'"),
        ('{"version": "2.1.0", "runs": []}', "holds no run"),
        ('{"version": "2.1.0", "runs": [5]}', "does not name its tool"),
        ('{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}}]}', "runs[0] has no list of results"),
        ('{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": null}]}', "runs[0] has no list of results"),
        (sarif(tool="pytest-readiness"), "is a report of pytest-readiness itself"),
        (sarif(tool="K8s"), "its tool is called 'k8s' like a platform of our own rules"),
        (sarif(tool="readiness"), "its tool is called 'readiness'"),
        (sarif({"message": {}}, 5), "runs[0].results[0] is no result: it names no rule"),
        (sarif(invocations=[{"executionSuccessful": False, "exitCode": 3}]), "scan says that it did not succeed (exit status 3)"),
        (b"\xff\xfe{\0}\0", "is UTF-16"),
        (b'{"a": "\xff"}', "is not UTF-8"),
        ("9" * 5000, "is n"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_an_invalid_file_is_a_failing_import(text, said) -> None:
    found = problems(text)
    assert found and said in found[0]


def test_a_file_that_is_missing_or_too_large_is_a_failing_import(tmp_path) -> None:
    assert Imports([Entry("none.sarif")], Project.of({})).loaded[0].problems == ["there is no such file"]
    with (tmp_path / "big.sarif").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    made = Imports([Entry("big.sarif"), Entry("none.sarif")], Project(DiskTree(tmp_path), ()))
    assert [loaded.problems for loaded in made.loaded] == [
        ["is larger than 200 MB and was not read"],
        ["cannot be read: No such file or directory"],
    ]


def test_many_wrong_results_are_told_in_a_few_words_and_the_others_count() -> None:
    text = sarif(*[{}] * 50, result())
    found = problems(text)
    assert len(found) == 6 and found[-1] == "and 45 more results of runs[0] that are none"
    assert len(imported(text)) == 1


def test_nothing_is_clean_in_a_file_that_cannot_be_trusted() -> None:
    text = sarif(result(), rules=["R1", "R2"], invocations=[{"executionSuccessful": False}])
    found = imported(text)
    assert found[f"{FILE}::scan.R2[clean]"][0] == "skipped"
    assert "cannot be trusted" in found[f"{FILE}::scan.R2[clean]"][2]
    assert [outcome for name, (outcome, *_) in found.items() if name.startswith("a.toy")] == ["failed"]


@pytest.mark.parametrize(
    ("select", "said"), [(("KSV*",), ["select and ignore leave none of the rules that it names: R1, R2"]), (("R2",), [])]
)
def test_a_selection_of_nothing_is_advice(select, said) -> None:
    assert Imports([Entry(FILE, select=select)], project(sarif(result(), rules=["R1", "R2"]))).loaded[0].notes == said


def test_errors_that_a_tool_tells_of_its_run_are_advice() -> None:
    notes = [{"level": "error", "message": {"text": f"cannot parse {number}"}} for number in range(7)]
    text = sarif(
        invocations=[{"executionSuccessful": True, "toolExecutionNotifications": [*notes, {"level": "note", "message": {"text": "hi"}}]}]
    )
    loaded = Imports([Entry(FILE)], project(text)).loaded[0]
    assert not loaded.problems
    assert loaded.notes[0] == "scan tells an error: cannot parse 0" and loaded.notes[-1] == "scan tells 2 more errors"


NOW = datetime.datetime.now(datetime.timezone.utc)


def ended(ago: datetime.timedelta) -> dict[str, Any]:
    return {"invocations": [{"executionSuccessful": True, "endTimeUtc": (NOW - ago).strftime("%Y-%m-%dT%H:%M:%S.123Z")}]}


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (ended(datetime.timedelta(hours=23)), None),
        (ended(datetime.timedelta(hours=25)), "is stale: the tool ended"),
        (ended(datetime.timedelta(days=9)), "9 days ago, at most 24 hours are allowed"),
        (ended(datetime.timedelta(hours=-2)), "in the future"),
        ({}, "does not say when the tool ran"),
        ({"invocations": [{"endTimeUtc": "yesterday"}]}, "does not say when the tool ran"),
        ({"invocations": [{"startTimeUtc": "2020-01-01T00:00:00Z"}]}, "is stale: the tool ended 2020-01-01 00:00 UTC"),
    ],
    ids=["fresh", "old", "very old", "of the future", "without a time", "no time at all", "only its start"],
)
def test_results_may_not_be_older_than_allowed(run, said) -> None:
    found = problems(sarif(**run), max_age=datetime.timedelta(hours=24))
    assert said in found[0] if said else found == []


def test_without_a_time_of_its_own_a_file_is_as_old_as_it_was_written(tmp_path) -> None:
    file = tmp_path / "scan.sarif"
    file.write_text(sarif())
    entry = Entry("scan.sarif", max_age=datetime.timedelta(hours=1))
    assert Imports([entry], Project(DiskTree(tmp_path), ())).loaded[0].problems == []
    os.utime(file, (NOW.timestamp() - 7200, NOW.timestamp() - 7200))
    assert "the file was written" in Imports([entry], Project(DiskTree(tmp_path), ())).loaded[0].problems[0]
    tomorrow = Imports(
        [Entry("scan.sarif", max_age=datetime.timedelta(hours=20))],
        Project(DiskTree(tmp_path), ()),
        datetime.date.today() + datetime.timedelta(days=1),  # noqa: DTZ011 - a run's day is a local one
    )
    assert "is stale" in tomorrow.loaded[0].problems[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20T10:00:00Z", "2026-11-20 10:00:00+00:00"),
        ("2026-11-20T10:00:00.1234567Z", "2026-11-20 10:00:00+00:00"),
        ("2026-11-20T10:00:00+02:00", "2026-11-20 08:00:00+00:00"),
        ("2026-11-20T10:00:00", None),
        ("2026-99-20T10:00:00Z", None),
        (5, None),
    ],
)
def test_a_moment_has_a_time_zone(text, expected) -> None:
    found = moment(text)
    assert (str(found) if found else None) == expected


def test_results_are_of_the_commit_that_is_checked_out(tmp_path) -> None:
    def git(*args: str) -> str:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *args]
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.strip()

    def found(commit: str, **run: Any) -> list[str]:
        (tmp_path / "scan.sarif").write_text(sarif(**run))
        return Imports([Entry("scan.sarif", commit=commit)], Project(DiskTree(tmp_path), ())).loaded[0].problems

    other = {"versionControlProvenance": [{"revisionId": "0" * 40}]}
    assert found("required", **other) == ["is of a commit, but git does not say which one is checked out here"]
    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "one")
    head = git("rev-parse", "HEAD")
    same = {"versionControlProvenance": [{"revisionId": head[:12].upper()}]}
    assert found("stated") == found("ignored", **other) == found("required", **same) == found("stated", **same) == []
    assert found("required") == ["does not say of which commit it is"]
    assert found("stated", **other) == found("required", **other) == [f"is of commit {'0' * 40}, not of {head}"]
    assert found("stated", versionControlProvenance=[{"revisionId": head[:3]}])  # too short to be one


# -- JUnit


JUNIT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites>
  <testsuite name="smoke" timestamp="2026-11-20T10:00:00+00:00">
    <properties><property name="commit" value="{commit}"/></properties>
    <testcase classname="tests.login" name="works" file="a.toy" line="2"/>
    <testcase classname="tests.login" name="fails"><failure message="boom &amp; bang" type="E">long
    text</failure></testcase>
    <testcase classname="smoke" name="crashes"><error>first line
second</error><system-out>x</system-out></testcase>
    <testcase classname="smoke" name="left out"><skipped message="no network"/></testcase>
  </testsuite>
</testsuites>
"""


def test_junit_makes_an_item_of_each_test_case() -> None:
    assert imported(JUNIT, tool="e2e") == {
        "a.toy::e2e.smoke[tests.login.works]": ("passed", "P1", "passed"),
        f"{FILE}::e2e.smoke[tests.login.fails]": ("failed", "P1", "boom & bang"),
        f"{FILE}::e2e.smoke[crashes]": ("failed", "P1", "first line"),
        f"{FILE}::e2e.smoke[left out]": ("skipped", "P1", "no network"),
    }
    rule = Imports([Entry(FILE)], project(JUNIT)).rules[0]
    assert (rule.id, rule.category, rule.remedy) == ("junit.smoke", "Testing", "make the test pass")


def test_junit_may_be_stale_and_of_another_commit_as_well() -> None:
    found = problems(JUNIT, max_age=datetime.timedelta(minutes=1), commit="required")
    assert found[0].startswith(("is stale", "says that the tool ran in the future")) and len(found) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<testsuite>", "is not XML"),
        ("<html></html>", "is not JUnit: its root is <html>"),
        ("<testsuites/>", "holds no test case"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><testsuite><testcase name="&b;"/></testsuite>', "has a document type"),
        ('<!DOCTYPE testsuite SYSTEM "file:///etc/passwd"><testsuite/>', "has a document type"),
        ("<testsuite>" * 60 + "</testsuite>" * 60, "has elements nested deeper than 50"),
        ('<?xml version="1.0" encoding="klingon"?><testsuite/>', "is not XML"),
        ('<testsuite><testcase name="a&undefined;"/></testsuite>', "is not XML"),
    ],
    ids=lambda value: value[:40],
)
def test_xml_that_is_no_junit_report_or_a_trap_is_a_failing_import(text, said) -> None:
    assert said in problems(text)[0]


# -- in a run


def run(pytester: pytest.Pytester, *args: str) -> dict[str, dict[str, Any]]:
    (pytester.path / "out.json").unlink(missing_ok=True)
    fixed = ("--readiness-only", "-p", "no:cacheprovider", "--readiness-report=json:out.json", "--readiness-report=sarif-all:out.sarif")
    pytester.result = pytester.runpytest(*fixed, *args)  # type: ignore[attr-defined]
    path = pytester.path / "out.json"
    report = json.loads(path.read_text()) if path.exists() else {"checks": []}
    if path.exists():
        jsonschema.validate(report, schema.load("report"))
    return {check["id"]: check for check in report["checks"]}


@pytest.fixture
def scanned(toy, write):
    """Two lines, the second bad for ours and for a tool."""

    def scan(text: str, settings: str = "", toy_text: str = "one: ok\ntwo: bad\n") -> pytest.Pytester:
        write(a_toy=toy_text, wanted_toy="", out__scan_sarif=text, readiness_yaml=f"imports:\n  - file: {FILE}\n{settings}")
        return toy

    return scan


def outcomes(found: dict[str, dict[str, Any]], prefix: str = "") -> dict[str, str]:
    return {id.partition("[")[0]: check["outcome"] for id, check in found.items() if id.startswith(prefix)}


def test_findings_are_items_with_their_place_and_an_import_is_one_too(scanned) -> None:
    found = run(scanned(sarif(result("R1", line=2, text="is *wrong*"), rules=["R1", "R2"])))
    assert outcomes(found) == {
        "a.toy::toy.good": "failed",
        "a.toy::scan.R1": "failed",
        f"{FILE}::scan.R2": "passed",
        "readiness.yaml::readiness.import": "passed",
        "repository::toy.any": "passed",
    }
    check = next(check for check in found.values() if check["rule"] == "scan.R1")
    assert (check["kind"], check["path"], check["line"], check["priority"]) == ("import.scan", "a.toy", 2, "P2")
    assert check["findings"][0]["excerpt"] == ["     2 | two: bad", "       | ^^^^^^^^"]
    report = json.loads((scanned("{}").path / "out.json").read_text())
    assert {rule["id"] for rule in report["rules"]} >= {"scan.R1", "scan.R2", "readiness.import"}
    results = json.loads((scanned("{}").path / "out.sarif").read_text())["runs"][0]["results"]
    assert "scan.R1" in [each["ruleId"] for each in results]


def test_a_missing_import_fails_at_its_line_and_a_gate_of_p0_sees_it(toy, write) -> None:
    write(a_toy="one: ok\n", wanted_toy="", readiness_yaml=f"imports:\n  - file: {FILE}\n    max-age: 24h\n")
    check = run(toy)[f"readiness.yaml::readiness.import[{FILE}]"]
    assert (check["outcome"], check["line"], check["priority"]) == ("failed", 2, "P0")
    assert check["findings"][0]["message"].startswith(f"{FILE} cannot be read")


UNTRUSTED = [
    pytest.param("", "", "is empty", id="empty"),
    pytest.param("{", "", "is neither SARIF", id="invalid"),
    pytest.param('{"version": "2.1.0", "runs": []}', "", "holds no run", id="no run"),
    pytest.param("<testsuites/>", "", "no test", id="no test"),
    pytest.param(sarif(**ended(datetime.timedelta(days=9))), "    max-age: 24h\n", "is stale", id="stale"),
    pytest.param(sarif(**ended(datetime.timedelta(days=-9))), "    max-age: 24h\n", "in the future", id="of the future"),
    pytest.param(sarif(versionControlProvenance=[{"revisionId": "0" * 40}]), "", "is of commit 0000000", id="of another commit"),
    pytest.param(sarif(), "    commit: required\n", "does not say of which commit", id="of no commit"),
    pytest.param(sarif(invocations=[{"executionSuccessful": False}]), "", "did not succeed", id="of a run that failed"),
]


@pytest.mark.parametrize(("text", "settings", "said"), UNTRUSTED)
def test_a_file_that_cannot_be_trusted_is_a_failing_item_and_nothing_else_goes_green(scanned, text, settings, said) -> None:
    toy = scanned(text, settings, toy_text="one: ok\n")
    for args in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "one"]):
        subprocess.run(["git", *args], cwd=toy.path, check=True)
    check = run(toy)[f"readiness.yaml::readiness.import[{FILE}]"]
    assert (check["outcome"], check["line"], check["priority"]) == ("failed", 2, "P0")
    assert said in check["findings"][0]["message"] and FILE in check["findings"][0]["message"]
    assert toy.result.ret == 1


def test_a_missing_import_is_not_excused_by_what_has_not_changed(toy, write) -> None:
    write(a_toy="one: bad\n", wanted_toy="", readiness_yaml=f"imports: [{{file: {FILE}}}]\n")
    for args in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "one"]):
        subprocess.run(["git", *args], cwd=toy.path, check=True)
    found = outcomes(run(toy, "--readiness-diff=HEAD"))
    assert (found["a.toy::toy.good"], found["readiness.yaml::readiness.import"]) == ("xfailed", "failed")


def test_an_import_alone_is_something_to_judge(toy, write) -> None:
    write(readiness_yaml=f"imports: [{{file: {FILE}}}]\n", out__scan_sarif=sarif(rules=["R1"]))
    assert outcomes(run(toy)) == {f"{FILE}::scan.R1": "passed", "readiness.yaml::readiness.import": "passed"}
    assert toy.result.ret == 0


@pytest.mark.parametrize(("until", "outcome"), [("2099-01-01", "xfailed"), ("2020-01-01", "failed")])
def test_fail_on_critical_vulnerabilities_unless_waived_until_a_date(scanned, write, until, outcome) -> None:
    rule = {"id": "CVE-2026-1", "properties": {"security-severity": "9.8"}}
    waiver = f"waivers:\n  - {{rule: scan.CVE-2026-1, where: 'out/*', reason: no fix yet, owner: ann, until: {until}}}\n"
    write(**{"readiness-waivers_yaml": waiver})
    found = run(scanned(sarif(result("CVE-2026-1", "nginx:1"), rules=[rule]), toy_text="one: ok\n"))
    check = next(check for check in found.values() if check["rule"] == "scan.CVE-2026-1")
    assert (check["outcome"], check["priority"]) == (outcome, "P0")


PAGE = text_of("imports.md").partition("## Fail on critical")[2]


@pytest.mark.parametrize(("day", "failed"), [("2027-01-31", 0), ("2027-02-01", 1)])
def test_what_the_page_shows_fails_on_critical_vulnerabilities_unless_waived_until_a_date(toy, write, day, failed) -> None:
    rules = [{"id": f"CVE-2026-{n}", "properties": {"security-severity": severity}} for n, severity in ((1234, "9.8"), (2222, "7.5"))]
    text = sarif(*(result(rule["id"], "library/nginx") for rule in rules), tool="Trivy", rules=rules)
    settings, waivers = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[:2]
    write(readiness_yaml=settings, out__trivy_sarif=text, **{"readiness-waivers_yaml": waivers})
    toy.makeini(re.findall(r"```ini\n# pytest.ini\n(.*?)```", PAGE, re.DOTALL)[0])
    counts = toy.runpytest("--readiness-only", f"--readiness-today={day}").parseoutcomes()
    assert (counts.get("failed", 0), counts["xfailed"]) == (failed, 2 - failed)


def test_a_waiver_of_what_a_tool_finds_no_more_covers_nothing(scanned, write) -> None:
    write(**{"readiness-waivers_yaml": "waivers:\n  - {rule: scan.R1, where: a.toy, reason: x, owner: ann, until: 2099-01-01}\n"})
    assert outcomes(run(scanned(sarif())), "readiness-waivers")["readiness-waivers.yaml::readiness.waiver"] == "failed"
    assert not outcomes(run(scanned(sarif(result()))), "readiness-waivers")


def test_freezing_makes_known_gaps_of_imported_findings(scanned) -> None:
    pytester = scanned(sarif(result("R1", line=2), result("R2", "elsewhere")))
    run(pytester, "--readiness-freeze", "--readiness-owner=ann")
    assert set(outcomes(run(pytester), "").values()) <= {"xfailed", "passed"}


def test_a_comment_excuses_an_imported_finding_and_one_in_the_import_does_not(scanned) -> None:
    comment = "two: ok # readiness: ignore[scan.R1] later by ann until 2099-01-01\n"
    sly = "# readiness: ignore[scan.*] sly by ann until 2099-01-01"
    found = run(scanned(sarif(result("R1", line=2), result("R2", "elsewhere", 1, sly)), toy_text=f"one: ok\n{comment}"))
    assert outcomes(found)["a.toy::scan.R1"] == "xfailed" and outcomes(found)[f"{FILE}::scan.R2"] == "failed"


def test_a_suppressed_result_is_not_judged_or_a_known_gap_of_an_honoured_tool(scanned) -> None:
    text = sarif(result("R1", suppressions=[{"kind": "inSource", "justification": "by design"}]), tool="checkov")
    check = next(check for check in run(scanned(text)).values() if check["rule"] == "checkov.R1")
    assert (check["outcome"], check["reason"]) == ("skipped", "unknown: suppressed in the source by design")
    honour = "waivers: {honour: {tools: [checkov], owner: sec, until: 2099-01-01}}\n"
    check = next(check for check in run(scanned(text, honour)).values() if check["rule"] == "checkov.R1")
    assert check["waiver"] is not None and check["waiver"]["owner"] == "sec"


def test_what_is_selected_on_the_command_line_runs_alone(scanned, write) -> None:
    write(test_x_py="def test_x(): pass\n")
    pytester = scanned(sarif(result("R1", line=1), result("R2", "test_x.py", 1), rules=["R3"]))
    assert outcomes(run(pytester, "a.toy::scan.R1")) == {"a.toy::scan.R1": "failed"}
    assert outcomes(run(pytester, f"{FILE}::scan.R3[clean]")) == {f"{FILE}::scan.R3": "passed"}
    assert outcomes(run(pytester, "test_x.py::scan.R2")) == {"test_x.py::scan.R2": "failed"}
    assert outcomes(run(pytester, "readiness.yaml")) == {"readiness.yaml::readiness.import": "passed"}
    pytester.runpytest("--readiness", "-p", "no:cacheprovider", "test_x.py").assert_outcomes(passed=1)
    run(pytester, "-k", "scan.R3")
    pytester.result.assert_outcomes(passed=1, deselected=6)


def test_a_parallel_run_finds_the_same(scanned) -> None:
    pytester = scanned(sarif(result("R1", line=2), result("T1", line=2), rules=["R3"]))
    serial = run(pytester)
    assert run(pytester, "-n", "2") == serial


def test_gates_and_owners_may_name_rules_of_a_tool_that_has_a_name(scanned) -> None:
    settings = "    tool: scan\npriorities: {scan.R1: P3}\ngates: {scan: {block-if-open: [{rules: ['scan.*']}]}}\n"
    pytester = scanned(sarif(result("R1", line=2)), settings)
    check = next(check for check in run(pytester, "--readiness-gate=scan").values() if check["rule"] == "scan.R1")
    assert check["priority"] == "P3"
    pytester.result.stdout.fnmatch_lines(["*gate*scan*"])


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{file: a.sarif, fiel: x}", "2:21: imports.0: unknown key 'fiel' (did you mean 'file'?)"),
        ("{tool: trivy}", "2:6: imports.0: 'file' is a required property"),
        ("{file: a.sarif, max-age: 1 week}", "2:21: imports.0.max-age: '1 week' is not an age such as 30m, 24h or 7d"),
        ("{file: a.sarif, commit: maybe}", "2:21: imports.0.commit: 'maybe' is not one of ['required', 'ignored']"),
        ("{file: a.sarif, priorities: {CRITICAL: high}}", "2:34: imports.0.priorities.CRITICAL: 'high' is not one of"),
        ("{file: ../a.sarif}", "2:6: imports: '../a.sarif' is no path below the root such as out/scan.sarif"),
        ("{file: /a.sarif}", "is no path below the root"),
        ("{file: ./a.sarif}", "is no path below the root"),
        ("{file: out//a.sarif}", "is no path below the root"),
        ("{file: 'out\\\\a.sarif'}", "is no path below the root"),
        ("{file: a.sarif, tool: k8s}", "2:21: imports: 'k8s' is a platform of our own rules: call the tool something else"),
        ("{file: a.sarif, category: Stuff}", "2:21: imports: no category is called 'Stuff'"),
        ("{file: a.sarif}\n  - {file: a.sarif}", "3:6: imports: 'a.sarif' comes twice"),
    ],
)
def test_a_mistake_in_an_entry_is_told_at_its_line(entry, said) -> None:
    made = Project.of({"readiness.yaml": f"imports:\n  - {entry}\n"})
    with pytest.raises(ParseFailure, match=re.escape(said)):
        raise mistakes(load(made), (), (), ("k8s",))[0]


def test_rules_of_a_tool_are_chosen_in_its_entry() -> None:
    made = Project.of({"readiness.yaml": "select: ['trivy.*']\nimports:\n  - {file: a.sarif, tool: trivy}\n"})
    (said,) = mistakes(load(made), (), (), ("k8s",))
    assert str(said) == "readiness.yaml:1:10: select: no rule is called 'trivy.*': select stands in the tool's entry of imports"


# -- two witnesses


def witnesses(check: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(witness["rule"], witness["found"]) for witness in check["witnesses"]]


def advice(check: dict[str, Any]) -> list[str]:
    return [finding["message"] for finding in check["advice"]]


def test_where_both_find_the_same_there_is_one_check_with_two_witnesses(scanned) -> None:
    pytester = scanned(sarif(result("T1", line=2)))
    found = run(pytester)
    assert "a.toy::scan.T1" not in outcomes(found)
    check = found["a.toy::toy.good[two]"]
    assert (check["outcome"], check["witnesses"], advice(check)) == ("failed", [{"tool": "scan", "rule": "T1", "found": True}], [])
    assert witnesses(found["a.toy::toy.good[one]"]) == []  # of which the tool says nothing at all
    pytester.result.stdout.fnmatch_lines(["found by scan (T1) as well"])


def test_a_waiver_of_our_check_covers_the_one_check(scanned, write) -> None:
    write(**{"readiness-waivers_yaml": "waivers:\n  - {rule: toy.good, where: 'a.toy::two', reason: x, owner: ann, until: 2099-01-01}\n"})
    assert set(outcomes(run(scanned(sarif(result("T1", line=2))))).values()) == {"xfailed", "passed"}


def test_what_ours_does_not_confirm_stays_a_check_and_is_a_contradiction(scanned) -> None:
    found = run(scanned(sarif(result("T1", line=1, text="no good"))))
    assert outcomes(found, "a.toy::scan") == {"a.toy::scan.T1": "failed"}
    assert found["a.toy::toy.good[one]"]["outcome"] == "passed"
    assert advice(found["a.toy::toy.good[one]"]) == ["contradiction: scan T1 finds here what this check does not: no good"]
    assert advice(found["a.toy::toy.good[two]"]) == []  # the tool says nothing of it


def test_a_tool_that_lists_the_file_and_finds_nothing_contradicts(scanned) -> None:
    listed = {"artifacts": [{"location": {"uri": "a.toy"}}]}
    assert advice(run(scanned(sarif(rules=["T1"], **listed)))["a.toy::toy.good[two]"])
    assert not run(scanned(sarif(rules=["T1"])))["a.toy::toy.good[two]"]["witnesses"]  # nobody says that it read the file
    assert not run(scanned(sarif(rules=["T2"], **listed)))["a.toy::toy.good[two]"]["witnesses"]
    failed = {"invocations": [{"executionSuccessful": False}]}
    assert not run(scanned(sarif(rules=["T1"], **listed, **failed)))["a.toy::toy.good[two]"]["witnesses"]


def test_the_silence_of_a_tool_is_about_the_things_that_it_reports_something_of(scanned) -> None:
    text = "one: ok\ntwo: bad\nthree: bad\n\n\n\nseven: bad\n"
    finds = [result("T2", line=2), result("T1", line=7)]
    found = run(scanned(sarif(*finds, rules=["T1"]), toy_text=text))
    assert advice(found["a.toy::toy.good[two]"]) and witnesses(found["a.toy::toy.good[two]"]) == [("T1", False)]
    assert not found["a.toy::toy.good[three]"]["witnesses"]  # it may not know such things
    listed = {"artifacts": [{"location": {"uri": "a.toy"}}]}
    assert advice(run(scanned(sarif(*finds, rules=["T1"], **listed), toy_text=text))["a.toy::toy.good[three]"])


def test_a_passed_result_is_a_witness_and_no_second_check(scanned) -> None:
    found = run(scanned(sarif(result("T1", line=1, kind="pass"), result("T1", line=2, kind="pass"))))
    assert "a.toy::scan.T1" not in outcomes(found)
    assert witnesses(found["a.toy::toy.good[one]"]) == [("T1", False)] and not advice(found["a.toy::toy.good[one]"])
    assert advice(found["a.toy::toy.good[two]"])


def test_what_ours_cannot_judge_is_no_contradiction(scanned) -> None:
    found = run(scanned(sarif(result("T1", line=1)), toy_text="one: unknown\n"))
    check = found["a.toy::toy.good[one]"]
    assert (check["outcome"], witnesses(check), advice(check)) == ("skipped", [("T1", True)], [])
    assert outcomes(found)["a.toy::scan.T1"] == "failed"


def test_strict_advice_makes_a_contradiction_fail(scanned) -> None:
    pytester = scanned(sarif(result("T1", line=1)), toy_text="one: ok\n")
    pytester.makeini("[pytest]\nreadiness_strict_advice = true\n")
    assert run(pytester)["a.toy::toy.good[one]"]["outcome"] == "failed"


def test_a_result_between_two_checks_is_of_the_one_before_unless_something_else_begins_there(scanned) -> None:
    text = "one: bad\n\ntemplate2: short\n"  # both are lines of the toy; the second rule judges the last one only
    assert "a.toy::scan.T1" not in outcomes(run(scanned(sarif(result("T1", line=2)), toy_text=text)))
    found = run(scanned(sarif(result("T1", line=3)), toy_text=text))
    assert outcomes(found)["a.toy::scan.T1"] == "failed"


def test_a_result_about_a_whole_file_is_of_no_one_of_several_checks(scanned) -> None:
    found = run(scanned(sarif(result("T1"))))
    assert outcomes(found)["a.toy::scan.T1"] == "failed"
    assert found["a.toy::toy.good[one]"]["witnesses"] == found["a.toy::toy.good[two]"]["witnesses"] == []


def test_real_rules_are_known_by_their_aliases_in_each_form_of_them() -> None:
    assert plain("AVD-KSV-0012") == plain("KSV012") == plain("ksv-0012") == "KSV-12"
    assert plain("DS002") == plain("DS-0002") == "DS-2"
    assert plain("zizmor/artipacked") == plain("zizmor:artipacked")
    assert plain("CKV_K8S_9") == "CKV_K8S_9"


def test_hadolint_and_docker_rules_meet(pytester, write) -> None:
    write(readiness_yaml=f"imports: [{{file: {FILE}}}]\n", a_txt="")
    (pytester.path / "Dockerfile").write_text("FROM python:latest\nUSER 1000\nCMD python app.py\n")
    write(out__scan_sarif=sarif(result("DL3007", "Dockerfile", 1), tool="Hadolint"))
    found = run(pytester, "-k", "DL3007 or base-not-latest")
    assert [(id.partition("[")[0], witnesses(check)) for id, check in found.items()] == [
        ("Dockerfile::docker.base-not-latest", [("DL3007", True)])
    ]


# -- hostile


def test_names_and_messages_of_a_tool_command_nothing(scanned) -> None:
    rule = "a\n::error::b]x[c \x1b[31m\u202e" + "y" * 400
    text = sarif(result(rule, line=1, text="::error::x\x1b[0m\n\u202e <script> ![i](http://x)"), tool="To\nol::[x]", rules=[rule])
    found = run(scanned(text))
    (id,) = [id for id in found if "to-ol-x" in id]
    assert "\n" not in id and "\x1b" not in id and id.count("::") == 1 and id.count("[") == 1
    assert all(char not in found[id]["findings"][0]["message"] for char in "\n\x1b\u202e")
    assert "::error" not in scanned("{}").result.stdout.str().replace("\\n::error", "")


def test_the_id_of_a_rule_is_one_part_of_a_node_id_and_no_glob() -> None:
    assert rule_id("scan", "a:::b[*] c?") == "scan.a:b(_)-c_"
    assert rule_id("scan", "...") == "scan.nameless"
    assert rule_id("zizmor", "zizmor/artipacked") == "zizmor.artipacked"


def test_the_words_of_a_tool_are_no_markup(scanned) -> None:
    rule = {"id": "R1", "shortDescription": {"text": "# [x](http://e)|`y` <b> *z*"}, "help": {"text": "![i](http://e) | do"}}
    made = Imports([Entry(FILE)], project(sarif(result(), rules=[rule]))).rules[0]
    assert not set("[]`|*<") & set(made.title + made.why + made.remedy)


@pytest.mark.parametrize("wrong", [None, 5, "x", [], {}, [None], [[]], [5], {"text": 5}, -1, 1e308, True], ids=repr)
def test_any_shape_is_read_or_told(wrong) -> None:
    good = {
        **result(line=1),
        "level": "error",
        "rule": {"index": 0},
        "ruleIndex": 0,
        "kind": "fail",
        "suppressions": [],
        "fingerprints": {},
    }
    log = json.loads(sarif(good, rules=["R1"], invocations=[], artifacts=[], versionControlProvenance=[], originalUriBaseIds={}))
    run_, rule = log["runs"][0], log["runs"][0]["tool"]["driver"]["rules"][0]
    rule.update({"properties": {}, "defaultConfiguration": {}, "help": {}, "shortDescription": {}})
    location = good["locations"][0]
    physical = location["physicalLocation"]
    for owner in (
        run_,
        run_["tool"],
        run_["tool"]["driver"],
        rule,
        good,
        location,
        physical,
        physical["region"],
        physical["artifactLocation"],
    ):
        target = owner if owner is not good else run_["results"][0]
        for key in list(target):
            before, target[key] = target[key], wrong
            assert Imports([Entry(FILE)], project(json.dumps(log))).paths is not None
            target[key] = before


def test_many_results_are_read_in_time_that_grows_with_their_number() -> None:
    def calls(count: int) -> int:
        import cProfile

        finds = [result(f"R{number % 50}", "a.toy", number % 2 + 1, f"message {number}") for number in range(count)]
        made = Imports([Entry(FILE)], project(sarif(*finds)))
        profile = cProfile.Profile()
        profile.enable()
        assert len(made.at("a.toy")) == count
        profile.disable()
        return sum(entry.callcount for entry in profile.getstats())

    small, large = calls(1_000), calls(10_000)
    assert large < 11 * small


def test_a_tool_has_a_plain_name() -> None:
    assert [slug(name) for name in ("Semgrep OSS", "kube-linter", "ünï ()", "::", "x" * 99)] == [
        "semgrep-oss",
        "kube-linter",
        "n",
        "tool",
        "x" * 40,
    ]
