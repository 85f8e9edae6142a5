"""Bad input, and what it gets: one failing item with a line and a reason, the rest judged, nothing run, nothing let through."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree as ET

import lark
import pathspec
import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_readiness import ParseFailure
from pytest_readiness import builtin
from pytest_readiness.checks import applies
from pytest_readiness.checks import evaluate
from pytest_readiness.excerpt import excerpt
from pytest_readiness.model import Rule
from pytest_readiness.model import Span
from pytest_readiness.project import CRASH
from pytest_readiness.project import Project
from pytest_readiness.syntax import hcl
from pytest_readiness.text import node_path
from pytest_readiness.text import path_in
from pytest_readiness.text import safe
from pytest_readiness.tree import DiskTree

IMPORTED_ONCE = (hcl._hcl2(), hcl._parser(), lark, pathspec)  # see conftest

GOOD = {
    "ok/Dockerfile": "FROM python:3.12-slim\nCMD python\n",
    "ok/compose.yaml": "services:\n  web:\n    image: nginx\n    ports: ['80:80']\n",
    "ok/k8s.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: good}\nspec:\n  containers:\n    - {name: web, image: nginx}\n",
    "ok/k8s.json": '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "two"}, "spec": {"containers": [{"name": "a", "image": "b"}]}}',
    "ok/main.tf": 'resource "aws_db_instance" "good" {\n  engine = "postgres"\n}\n',
    ".github/workflows/ok.yml": "on: push\njobs:\n  good:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4\n",
    "ok/action.yml": "name: a\nruns:\n  using: composite\n  steps:\n    - uses: actions/checkout@v4\n",
    "ok/.env.example": "DEBUG=0\nSECRET_KEY=\n",
}
KINDS = {
    "Dockerfile": GOOD["ok/Dockerfile"],
    "compose.yaml": GOOD["ok/compose.yaml"],
    "k8s.yaml": GOOD["ok/k8s.yaml"],
    "k8s.json": GOOD["ok/k8s.json"],
    "main.tf": GOOD["ok/main.tf"],
    "main.tf.json": '{"resource": {"aws_db_instance": {"x": {"engine": "postgres"}}}}',
    "x.tfvars": 'a = "b"\n',
    "workflow": GOOD[".github/workflows/ok.yml"],
    "action.yml": GOOD["ok/action.yml"],
    ".env.example": GOOD["ok/.env.example"],
}
YAML = ("compose.yaml", "k8s.yaml", "workflow", "action.yml")
NATIVE_HCL = ("main.tf", "x.tfvars")
DEEP = 30_000

RULES: dict[str, list[Rule]] = {}
for platform in builtin.platforms():
    for rule in builtin.rules(platform):
        for kind in rule.on:
            RULES.setdefault(kind, []).append(rule)


def place(kind: str, directory: str = "bad") -> str:
    """The path of a file of a kind, alone in its directory."""
    return f".github/workflows/{directory}.yml" if kind == "workflow" else f"{directory}/{kind}"


@lru_cache(maxsize=4)
def lines_of(path: str, text: str) -> list[str]:
    return re.split("\r\n|[\n\r\x85\u2028\u2029]", text) if path.endswith((".yaml", ".yml", ".json")) else text.split("\n")


def assert_inside(project: Project, span: Span, what: str) -> None:
    """A place lies in the text it is said to lie in; an end may be one behind the last character."""
    if not span.line:
        return
    try:
        lines = lines_of(span.path, project.text(span.path))
    except ParseFailure:
        return  # its place is that of a byte
    for line, column in ((span.line, span.column), (span.end_line, span.end_column)):
        assert 1 <= line <= len(lines), (what, span)
        assert 1 <= column <= len(lines[line - 1]) + 2, (what, span, lines[line - 1])
    assert (span.line, span.column) <= (span.end_line, span.end_column), (what, span)


def judge(project: Project) -> dict[str, list[ParseFailure]]:
    """Every check of a project: nothing crashes, every place is inside its text. The failures of each known file."""
    failures = {}
    found = []
    for path in project.paths:
        contents = project.contents(path)
        if contents is not None:
            failures[path] = list(contents.failures)
            found += contents.resources
    for path, failed in failures.items():
        for failure in failed:
            assert CRASH not in failure.reason, failure
            assert_inside(project, failure.span, path)
            "".join(excerpt(text_of(project, failure.span.path), failure.span))
    for resource in (*found, *project.repository):
        assert_inside(project, resource.span, resource.name)
        for rule in RULES.get(resource.kind, ()):
            if applies(rule, resource, project):
                outcome = evaluate(rule, resource, project)
                if outcome.crash is not None:
                    raise AssertionError(f"{rule.id} on {resource.name}") from outcome.crash
                for finding in (*outcome.failing, *outcome.advice):
                    assert_inside(project, finding.span, rule.id)
    return failures


def text_of(project: Project, path: str) -> str:
    try:
        return project.text(path)
    except ParseFailure:
        return ""


# -- texts that cannot be read


def refused() -> Iterator[tuple[str, str, str | bytes, int | None]]:
    """(what is wrong, kind, text, line of the failure or None where it may be any)."""
    for kind, text in KINDS.items():
        yield "UTF-16", kind, text.encode("utf-16"), 1
        yield "UTF-16 without a mark", kind, text.encode("utf-16-le"), 1
        yield "UTF-16 of the other order", kind, text.encode("utf-16-be"), 1
        yield "Latin-1", kind, text.encode() + b"# caf\xe9\n", text.count("\n") + 1
        yield "NUL", kind, text + "# \0\n", text.count("\n") + 1
    for kind in YAML:
        text = KINDS[kind]
        end = text.count("\n") + 1
        yield "control characters", kind, text + "# \x07\n", end
        yield "tabs", kind, text.replace("  ", "\t"), None
        yield "truncated", kind, text + "x: [1, \n", None
        yield "open quote", kind, text + "x: 'a\n", None
        yield "duplicate key", kind, text + "x: 1\nx: 2\n", end + 1
        yield "nested lists", kind, text + "x: " + "[" * DEEP, end
        yield "closed nested lists", kind, text + "x: " + "[" * DEEP + "]" * DEEP, end
        yield "nested mappings", kind, text + "x: " + "{a: " * DEEP, end
        yield "nested blocks", kind, text + "x:\n" + "- " * DEEP, end + 1
        yield "alias bomb", kind, text + bomb(12), None
        yield "merge key bomb", kind, text + merge_bomb(), None
        yield "recursive anchor", kind, text + "x: &a [*a]\n", end
        yield "recursive merge", kind, text + "x: &a {<<: *a}\n", end
        yield "undefined alias", kind, text + "x: *a\n", end
        yield "a list as a key", kind, text + "? [a]\n: b\n", None
        yield "percent placeholder", kind, "%%HEADER%%\n" + text, 1
    for kind in ("k8s.json", "main.tf.json"):
        text = KINDS[kind]
        yield "truncated", kind, text[:-2], None
        yield "control characters", kind, text + "\x07", None
        yield "duplicate key", kind, text[:-1] + ', "x": 1, "x": 2}', 1
        yield "nested lists", kind, text[:-1] + ', "x": ' + "[" * DEEP + "]" * DEEP + "}", 1
        yield "nested objects", kind, text[:-1] + ', "x": ' + '{"a": ' * DEEP, 1
    for kind in NATIVE_HCL:
        text = KINDS[kind]
        end = text.count("\n") + 1
        yield "truncated", kind, text.rstrip()[:-1], None
        yield "open quote", kind, text + 'x = "a\n', end
        yield "nested lists", kind, text + "x = " + "[" * DEEP + "]" * DEEP, end
        yield "nested objects", kind, text + "x = " + "{a=" * DEEP, end
        yield "nested parentheses", kind, text + "x = " + "(" * DEEP + "1" + ")" * DEEP, end
        yield "nested templates", kind, text + "x = " + '"${' * DEEP, end
        yield "nested blocks", kind, text + "b {\n" * DEEP + "}\n" * DEEP, None
        yield "Jinja", kind, "{% if x %}\n" + text + "{% endif %}\n", 1
        yield "percent placeholder", kind, "%%HEADER%%\n" + text, 1
        yield "duplicate key", kind, text + "x = 1\nx = 2\n", end + 1
    for template in ("{% if x %}\n", "{{ x }}\n", "%%HEADER%%\n"):
        yield f"template {template.strip()}", "Dockerfile", template + KINDS["Dockerfile"], 1
    yield "truncated", "Dockerfile", "FROM a\nRUN <<EOF\nx\n", 2
    yield "no instruction", "Dockerfile", "FROM a\nRUNN x\n", 2
    yield "empty", "Dockerfile", "", 1
    yield "open quote", ".env.example", "A=1\nB='x\n", 2
    yield "no assignment", ".env.example", "A=1\n{% if x %}\n", 2


def bomb(depth: int) -> str:
    return "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, depth))


def merge_bomb() -> str:
    return "m0: &m0 {a: 1}\n" + "".join(f"m{n}: &m{n}\n  <<: [{', '.join([f'*m{n - 1}'] * 10)}]\n  k{n}: 1\n" for n in range(1, 30))


REFUSED = list(refused())


def test_a_text_that_cannot_be_read_is_one_failing_item_and_the_rest_is_judged(pytester) -> None:
    files = {place(kind, f"bad{number}"): text for number, (_, kind, text, _) in enumerate(REFUSED)}
    write(pytester, {**GOOD, **files})
    started = time.monotonic()
    checks, result = run(pytester)
    assert time.monotonic() - started < 60
    assert result.ret == 1
    for number, (what, kind, _, line) in enumerate(REFUSED):
        path = place(kind, f"bad{number}")
        own = [check for check in checks if check["path"] == path and check["id"].endswith("::parses")]
        assert [check["outcome"] for check in own] == ["failed"], (what, path)
        finding = own[0]["findings"][0]
        assert finding["path"] == path, (what, path)
        assert finding["line"] == line if line else finding["line"] >= 1, (what, finding)
        assert 10 < len(finding["message"]) < 200, (what, finding)
        assert CRASH not in finding["message"]
    assert_good_is_judged(checks)


def assert_good_is_judged(checks: list[dict]) -> None:
    for path in GOOD:
        own = [check for check in checks if check["path"] == path]
        assert own, path
        assert not [check for check in own if check["rule"] == "readiness.parses" or check["outcome"] == "error"], path
    failed = {check["path"] for check in checks if check["outcome"] == "failed"}
    assert {"ok/Dockerfile", "ok/compose.yaml", "ok/k8s.yaml", "ok/main.tf", ".github/workflows/ok.yml"} <= failed


def write(pytester: pytest.Pytester, files: dict[str, str | bytes]) -> None:
    for path, text in files.items():
        target = pytester.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())


def run(pytester: pytest.Pytester, *args: str) -> tuple[list[dict], pytest.RunResult]:
    """A run with a JSON report; never an internal error, never a traceback."""
    report = pytester.path / "out.report"
    report.unlink(missing_ok=True)
    result = pytester.runpytest("--readiness-only", f"--readiness-report=json:{report}", "-p", "no:cacheprovider", "-p", "no:xdist", *args)
    output = result.stdout.str() + result.stderr.str()
    assert "INTERNALERROR" not in output
    assert "Traceback" not in output
    assert result.ret in (0, 1), output
    return json.loads(report.read_text("utf-8"))["checks"], result


@pytest.mark.parametrize("template", ["{% if x %}\n", "{{- if .x }}\n", "{{ x }}\n", "{# x #}\n"])
@pytest.mark.parametrize("kind", YAML)
def test_a_template_is_said_to_be_one_or_refused_and_never_passed_over(kind, template) -> None:
    project = Project.of({place(kind): template + KINDS[kind]})
    contents = project.contents(place(kind))
    assert contents is not None
    assert contents.failures or "template" in (contents.unjudged or "")
    assert not contents.resources


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: "\ufeff" + text, id="a byte order mark"),
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="lines of Windows"),
        pytest.param(lambda text: text.rstrip("\n"), id="no line end at the end"),
        pytest.param(lambda text: text + "\n" * 1000, id="blank lines"),
        pytest.param(lambda text: text if text.startswith("{") else text + "# \u2603 \U0001f600 \u202e\n", id="characters beyond ASCII"),
        pytest.param(lambda text: text if text.startswith("{") else text + "# " + "x" * 1_000_000 + "\n", id="a line of a megabyte"),
        pytest.param(lambda text: text if text.startswith("{") else text + "# x\n" * 100_000, id="a hundred thousand lines"),
        pytest.param(lambda text: text if text.startswith("{") else "#\n" * 10 + text, id="comments"),
    ],
)
def test_what_is_unusual_but_valid_is_read(kind, change) -> None:
    def outline(text: str) -> list[tuple[str, str]]:
        project = Project.of({place(kind): text})
        contents = project.contents(place(kind))
        assert contents is not None
        assert not contents.failures
        return [(resource.kind, resource.name) for resource in contents.resources]

    started = time.monotonic()
    assert outline(change(KINDS[kind])) == outline(KINDS[kind])
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("kind", YAML)
@pytest.mark.parametrize("break_", ["\r", "\u2028"])
def test_every_end_of_a_line_that_yaml_knows_is_one(kind, break_) -> None:
    project = Project.of({place(kind): KINDS[kind].replace("\n", break_)})
    contents = project.contents(place(kind))
    assert contents is not None
    assert contents.resources
    judge(project)
    lines = list(excerpt(project.text(place(kind)), Span(place(kind), 2, 1, 2, 4)))
    assert lines[0] == f"     2 | {lines_of('a.yaml', project.text(place(kind)))[1]}"


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"Dockerfile": "FROM a\nENV a=x\n" + "ENV a=$a$a\n" * 60 + "USER $a\nWORKDIR $a\n"}, id="doubling variables"),
        pytest.param({"Dockerfile": "FROM a\nENV a=" + "${b:-" * DEEP + "x" + "}" * DEEP + "\nUSER $a\n"}, id="nested defaults"),
        pytest.param({"Dockerfile": "FROM a\nRUN " + "(" * DEEP + "\nRUN " + "$(" * DEEP + "\nRUN " + "`" * DEEP}, id="nested shells"),
        pytest.param({"Dockerfile": "FROM a\nCMD " + "[" * DEEP + "\n"}, id="nested exec form"),
        pytest.param({"Dockerfile": "FROM a AS s0\n" + "".join(f"FROM s{n} AS s{n + 1}\n" for n in range(2000))}, id="a chain of stages"),
        pytest.param({"Dockerfile": "FROM a\n" + "RUN apt-get update && apt-get install x\n" * 1000}, id="many commands"),
        pytest.param({"compose.yaml": f"services:\n  a: {{image: '{'${a:-' * DEEP}'}}\n"}, id="nested variables of Compose"),
        pytest.param(
            {"compose.yaml": "services:\n" + "".join(f"  s{n}: {{image: a, extends: {{service: s{n + 1}}}}}\n" for n in range(500))},
            id="a chain of extends",
        ),
        pytest.param({"compose.yaml": "services:\n  a: {extends: {service: a}}\n  b: {extends: {service: b, file: compose.yaml}}\n"}, id="a circle"),
        pytest.param({"compose.yaml": "include: [compose.yaml, x/compose.yaml]\n", "x/compose.yaml": "include: [../compose.yaml]\n"}, id="includes"),
        pytest.param(
            {"main.tf": "locals {\n" + "".join(f'  a{n} = "${{local.a{n + 1}}}${{local.a{n + 1}}}"\n' for n in range(60)) + '  a60 = "x"\n}\n'
             'resource "aws_db_instance" "x" {\n  password = local.a0\n}\n'},
            id="doubling locals",
        ),
        pytest.param({"main.tf": 'locals {\n  a = local.b\n  b = local.a\n}\nresource "aws_db_instance" "x" {\n  multi_az = local.a\n}\n'}, id="circular locals"),
        pytest.param(
            {"main.tf": 'resource "aws_security_group_rule" "x" {\n  type        = "ingress"\n  cidr_blocks = range(0, 1000000000)\n}\n'
             'resource "aws_db_instance" "x" {\n  password = format("%1000000000d", 1)\n  engine   = pow(10, 1000000000)\n}\n'},
            id="functions that would take all memory",
        ),
        pytest.param({"main.tf": 'module "a" {\n  source = "./"\n}\nmodule "b" {\n  source = "./m"\n}\n', "m/main.tf": 'module "c" {\n  source = "../"\n}\n'}, id="circular modules"),
        pytest.param({"main.tf": "locals {\n  a = " + "!" * 2000 + "true\n  b = " + "1+" * 2000 + "1\n  c = " + "true ? 1 : " * 2000 + "1\n}\n"}, id="long operations"),
        pytest.param({"main.tf": "b {\n" * 245 + "}\n" * 245}, id="blocks nested just below the limit"),
        pytest.param({"main.tf": "a = " + "[" * 245 + "]" * 245}, id="lists nested just below the limit"),
        pytest.param({".github/workflows/a.yml": "on: push\njobs:\n  a: {needs: b, runs-on: x, steps: [{uses: ./x}]}\n  b: {needs: a, uses: ./.github/workflows/a.yml}\n",
                      "x/action.yml": "runs:\n  using: composite\n  steps:\n    - uses: ./x\n"}, id="circular jobs and actions"),
        pytest.param({".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo " + "${{" * DEEP + "\n      - run: echo ${{ " + "(" * DEEP + " }}\n"}, id="nested expressions"),
        pytest.param({"a/kustomization.yaml": "resources: [../b, ../a]\n", "b/kustomization.yaml": "resources: [../a]\n"}, id="circular kustomizations"),
        pytest.param({"k8s.yaml": GOOD["ok/k8s.yaml"] + bomb(5)}, id="aliases below the limit"),
        pytest.param({".env.example": "A='x\n\n" * 3000}, id="quotes that stay open"),
    ],
)  # fmt: skip
def test_bombs_end_soon(files) -> None:
    started = time.monotonic()
    judge(Project.of(files))
    assert time.monotonic() - started < 20


def test_a_large_file_that_is_no_hcl_is_refused_without_the_slow_parser() -> None:
    text = "locals {\n" + "".join(f"  a{n} = 1\n" for n in range(100_000)) + "= }\n"
    started = time.monotonic()
    assert [str(failure) for failure in judge(Project.of({"main.tf": text}))["main.tf"]] == ["main.tf:100002:1: not valid HCL"]
    assert time.monotonic() - started < 10


def test_many_expressions_in_one_script() -> None:
    script = "          echo ${{ github.event.issue.title }}\n" * 5000
    started = time.monotonic()
    judge(Project.of({".github/workflows/a.yml": f"on: push\njobs:\n  a:\n    runs-on: b\n    steps:\n      - run: |\n{script}"}))
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(
            {"Dockerfile": "FROM a\nRUN " + "apt-get update && apk add b && pip install c && curl d | sh && " * 1500 + "true\n"},
            id="one RUN",
        ),
        pytest.param({"Dockerfile": "FROM a\n" + "RUN apt-get update\nRUN apk add b\nRUN pip install c\n" * 1000}, id="many RUNs"),
        pytest.param(
            {".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: b\n    steps:\n" + "      - uses: a/b@v1\n" * 3000}, id="steps"
        ),
        pytest.param(
            {
                ".github/workflows/a.yml": "on: push\njobs:\n  j0: {runs-on: x, steps: [{run: a}]}\n"
                + "".join(f"  j{n}: {{needs: [j{n - 1}], runs-on: x, steps: [{{run: a}}]}}\n" for n in range(1, 300))
            },
            id="a chain of jobs",
        ),
        pytest.param(
            {
                "compose.yaml": "services:\n"
                + "".join(f"  s{n}: {{image: a, depends_on: [s{n + 1}], ports: ['{n}:80']}}\n" for n in range(500))
            },
            id="services",
        ),
        pytest.param(
            {"k8s.yaml": "---\n".join(GOOD["ok/k8s.yaml"].replace("good", f"p{n}") for n in range(300))},
            id="pods",
        ),
        pytest.param(
            {"main.tf": "".join(f'resource "aws_s3_bucket" "b{n}" {{\n  bucket = "b{n}"\n}}\n' for n in range(1000))},
            id="buckets",
        ),
    ],
)
def test_a_large_file_takes_time_in_proportion(files) -> None:
    started = time.monotonic()
    judge(Project.of(files))
    assert time.monotonic() - started < 10


def test_numbers_without_measure() -> None:
    huge = ("1e999", "-1e999", "9" * 400, "0x" + "f" * 16, "-0", ".5e-999")
    for number in huge:
        container = f"{{name: a, image: b, ports: [{{containerPort: {number}}}], securityContext: {{runAsUser: {number}}},"
        container += f" resources: {{limits: {{cpu: {number}, memory: {number}}}}}, livenessProbe: {{periodSeconds: {number}, httpGet: {{port: {number}}}}}}}"
        files = {
            "k8s.yaml": f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec: {{replicas: {number}, template: {{spec: {{containers: [{container}]}}}}}}\n",
            "compose.yaml": f"services: {{a: {{image: a, cpus: {number}, mem_limit: {number}, pids_limit: {number}, ports: [{number}], user: {number}}}}}\n",
            ".github/workflows/a.yml": f"on: push\njobs: {{a: {{runs-on: x, timeout-minutes: {number}, steps: [{{run: a, timeout-minutes: {number}}}]}}}}\n",
            "main.tf": f'resource "aws_db_instance" "x" {{\n  backup_retention_period = {number}\n}}\nresource "aws_cloudwatch_log_group" "x" {{\n  retention_in_days = {number}\n}}\n',
            "Dockerfile": f"FROM a\nEXPOSE {number}\nUSER {number}\nHEALTHCHECK --interval={number}s CMD x\nRUN chmod {number} x\n",
        }
        judge(Project.of(files))


def test_names_and_messages_have_a_longest() -> None:
    name = "a" * 300_000
    project = Project.of({"compose.yaml": f"services:\n  {name}:\n    image: {name}\n"})
    judge(project)
    assert len(safe(name)) < 6000


# -- files that cannot be read


def test_files_that_are_none(pytester, monkeypatch, tmp_path_factory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "Dockerfile"
    outside.write_text("FROM secret-outside\n")
    write(pytester, GOOD)
    root = pytester.path
    names = ["big", "loop", "out", "out2", "dangling", "fifo", "tofifo", "dir", "todir", "unreadable", "vanished"]
    for name in names:
        (root / name).mkdir()
    with (root / "big/Dockerfile").open("wb") as stream:
        stream.truncate(50_000_000)
    (root / "big/compose.yaml").write_bytes(b"services: {a: {image: b}}\n#")
    os.truncate(root / "big/compose.yaml", 50_000_000)
    (root / "big/k8s.yaml").write_text(GOOD["ok/k8s.yaml"])
    os.truncate(root / "big/k8s.yaml", 50_000_000)
    (root / "loop/Dockerfile").symlink_to("Dockerfile")
    (root / "loop/a.yaml").symlink_to("b.yaml")
    (root / "loop/b.yaml").symlink_to("a.yaml")
    (root / "out/Dockerfile").symlink_to(outside)
    (root / "out/main.tf").symlink_to(os.path.relpath(outside, root / "out"))
    (root / "out2/there").symlink_to(outside.parent)
    (root / "dangling/main.tf").symlink_to("nowhere.tf")
    os.mkfifo(root / "fifo/Dockerfile")
    os.mkfifo(root / "fifo/pipe.yaml")
    (root / "tofifo/Dockerfile").symlink_to("../fifo/Dockerfile")
    (root / "tofifo/k8s.yaml").symlink_to("../fifo/pipe.yaml")
    for name in ("Dockerfile", "compose.yaml", "main.tf", "k8s.yaml", ".env"):
        (root / "dir" / name).mkdir()
        (root / "dir" / name / "main.tf").write_text('resource "aws_db_instance" "inside" {\n}\n')
    (root / "todir/Dockerfile").symlink_to("../dir")
    (root / "unreadable/Dockerfile").write_text("FROM a\n")
    (root / "vanished/compose.yaml").write_text("services: {}\n")
    real = os.open

    def refusing(path: object, flags: int, *args: int, **kwargs: int) -> int:
        if str(path).endswith("unreadable/Dockerfile"):
            raise PermissionError(13, "Permission denied")
        if str(path).endswith("vanished/compose.yaml"):
            raise FileNotFoundError(2, "No such file or directory")
        return real(path, flags, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refusing)
    checks, result = run(pytester, "-v")
    failed = {check["path"]: check["findings"][0]["message"] for check in checks if check["id"].endswith("::parses")}
    assert failed == {
        "big/Dockerfile": "is larger than 10 MB and was not read",
        "big/compose.yaml": "is larger than 10 MB and was not read",
        "big/k8s.yaml": "is larger than 10 MB and was not read",
        "loop/Dockerfile": "cannot be read: Too many levels of symbolic links",
        "out/Dockerfile": "a link to outside of the project is not followed",
        "out/main.tf": "a link to outside of the project is not followed",
        "dangling/main.tf": "cannot be read: No such file or directory",
        "tofifo/Dockerfile": "is not a regular file",
        "todir/Dockerfile": "is not a regular file",
        "unreadable/Dockerfile": "cannot be read: Permission denied",
        "vanished/compose.yaml": "cannot be read: No such file or directory",
    }
    assert "secret-outside" not in result.stdout.str() + json.dumps(checks)
    assert {check["path"] for check in checks if "inside" in check["resource"]} == {
        f"dir/{name}/main.tf" for name in ("Dockerfile", "compose.yaml", "main.tf", "k8s.yaml", ".env")
    }
    assert_good_is_judged(checks)


def test_a_pipe_that_took_the_place_of_a_tracked_file_is_not_waited_for(tmp_path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a\n")
    (tmp_path / "k8s.yaml").write_text(GOOD["ok/k8s.yaml"])
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    for name in ("Dockerfile", "k8s.yaml"):
        (tmp_path / name).unlink()
        os.mkfifo(tmp_path / name)
    project = Project(DiskTree(tmp_path), builtin.formats())
    for path in project.paths:
        contents = project.contents(path)
        assert contents is None or [failure.reason for failure in contents.failures] == ["is not a regular file"]


def test_a_link_out_of_the_root_is_not_read_to_recognise_it(tmp_path, monkeypatch) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(GOOD["ok/k8s.yaml"])
    root = tmp_path / "root"
    (root / "there").mkdir(parents=True)
    (root / "a.yaml").symlink_to(outside)
    (root / "linked").symlink_to(tmp_path)
    opened = []
    real = os.open
    monkeypatch.setattr(os, "open", lambda path, *args, **kwargs: opened.append(str(path)) or real(path, *args, **kwargs))
    tree = DiskTree(root)
    project = Project(tree, builtin.formats())
    assert project.glance("a.yaml") == ""
    assert project.contents("a.yaml") is None
    assert tree.head("linked/outside.yaml") == b""
    with pytest.raises(ParseFailure, match="outside of the project"):
        tree.read("linked/outside.yaml")
    assert not tree.ignored("linked/x")
    assert opened == []


@pytest.mark.parametrize(
    "line", ["[1-0]", "[", "\\", "!", "**/" * 100 + "x", "*" * 1000, "a" * 100_000, "(" * 1000, "*a" * 50, "\x00", "[[:x:]]"]
)
def test_a_bad_line_of_a_gitignore_costs_itself_only(line) -> None:
    tree = Project.of({".gitignore": f"one\n{line}\ntwo\r\n"}).tree
    assert tree.ignored("one")
    assert tree.ignored("x/two")
    assert not tree.ignored("three")
    assert not tree.ignored("x/" + "a" * 1000 + "b")


def git(root: Path, *args: str) -> None:
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *args], cwd=root, check=True, capture_output=True, timeout=60)


NAMES = [
    b"new\nline", b"esc\x1b[31m", b"tab\tcr\r", b"br[ack]et", b"a::b", b"-k", b"--x=y", b"latin\xe9", b"bidi\xe2\x80\xae", b"per%41cent",
    b"::error::x", b"##[group]x", b"##vso[x]y", b"quote'\"", b"amp&<>", b"n" * 240, b"back\\slash", b" space ", b"star*", b"sm\xf0\x9f\x98\x80ile", b"#hash", b"$(x)",
]  # fmt: skip


def test_names_of_files(pytester) -> None:
    write(pytester, GOOD)
    for name in NAMES:
        directory = os.path.join(os.fsencode(pytester.path), name)  # noqa: PTH118
        os.mkdir(directory)  # noqa: PTH102
        for file, text in ((b"Dockerfile", "FROM a\n"), (b"compose.yaml", "services: [\n")):
            with open(os.path.join(directory, file), "wb") as stream:  # noqa: PTH118, PTH123
                stream.write(text.encode())
    checks, result = run(pytester, "-v", "-rA", "--junitxml=out.xml")
    assert_quiet(pytester, result)
    assert_good_is_judged(checks)
    assert len([check for check in checks if check["id"].endswith("compose.yaml::parses")]) == len(NAMES)
    parses = [check["id"] for check in checks if check["id"].endswith("compose.yaml::parses")]
    assert len(set(parses)) == len(NAMES)
    assert {check["path"].rpartition("/")[0] for check in checks if check["path"].endswith("Dockerfile")} >= {
        safe(os.fsdecode(n)) for n in NAMES
    }
    run(pytester, "--readiness-freeze", "--readiness-owner=\U0001f600\x7f\u2028")
    frozen, _ = run(pytester)
    assert {check["outcome"] for check in frozen if not check["id"].endswith("::parses")} <= {"passed", "xfailed", "skipped"}
    (pytester.path / "readiness-waivers.yaml").unlink()
    by_id = {check["id"] for check in run(pytester, *(name if name[0] != "-" else f"./{name}" for name in parses))[0]}
    assert by_id == set(parses)


@pytest.mark.parametrize("name", NAMES)
def test_a_path_comes_back_from_a_node_id(name) -> None:
    path = os.fsdecode(name)
    assert path_in(node_path(path)) == path
    assert not re.search(r"[\x00-\x1f\[\]]|::|[\ud800-\udfff]", node_path(path))


def test_an_argument_no_file_can_be_called_is_an_error_and_no_crash(pytester) -> None:
    write(pytester, GOOD)
    for argument in ("x" * 5000, "%00", "%FF%FE", "a%", "ok/Dockerfile/x", "ok/Dockerfile::" + "[" * 500):
        result = pytester.runpytest("--readiness-only", argument)
        assert result.ret == 4, argument
        assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()
        assert "Traceback" not in result.stdout.str() + result.stderr.str()


# -- the files of the run itself


@pytest.mark.parametrize("name", ["readiness.yaml", "readiness-waivers.yaml"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"a: [\n", id="truncated"),
        pytest.param(b"\0", id="NUL"),
        pytest.param(b"waivers: []\nwaivers: []\n", id="a duplicate key"),
        pytest.param("select: []\n".encode("utf-16"), id="UTF-16"),
        pytest.param(b"# \xe9\n", id="Latin-1"),
        pytest.param(b"x: " + b"[" * DEEP, id="nested"),
        pytest.param(b"x: &a [*a]\n", id="recursive"),
        pytest.param(bomb(12).encode(), id="a bomb"),
        pytest.param(b"[]\n", id="a list"),
        pytest.param(b"text\n", id="text"),
        pytest.param(b"expect: {dockerfile: '" + b"9" * 5000 + b"'}\n", id="a number without measure"),
        pytest.param(b"expect: {dockerfile: [x]}\n", id="a list for a number"),
        pytest.param(b"options: {docker.healthcheck: [x]}\n", id="a list for options"),
        pytest.param(b"select: [1, null, {a: b}]\n", id="no globs"),
        pytest.param(b"waivers: [1, [x], {rule: 1, where: [], reason: {}, owner: null, until: 3}]\n", id="no waivers"),
        pytest.param(b"waivers: [{rule: a, where: b, reason: c, owner: d, until: 9999-99-99}]\n", id="no date"),
        pytest.param("::error::\x1b[31m: \u202e\n".encode(), id="a command"),
        pytest.param(b"'\\e[31m': '\\r##[x]'\n", id="escapes"),
    ],
)
def test_the_files_of_the_run(pytester, name, text) -> None:
    write(pytester, {"Dockerfile": "FROM a\n", name: text})
    result = pytester.runpytest("--readiness-only", "-p", "no:cacheprovider", "-rA")
    output = result.stdout.str() + result.stderr.str()
    assert "INTERNALERROR" not in output
    assert "Traceback" not in output
    assert re.search(rf"{name}:\d+:\d+: ", output)
    assert result.ret == (4 if name == "readiness.yaml" else 1)
    assert len(output) < 50_000
    assert not re.search(r"[\x1b\u202e\r]|^::|##\[", output, re.MULTILINE)
    if name == "readiness-waivers.yaml":
        assert f"FAILED {name}::parses" in output
        assert "Dockerfile::docker." in output


@pytest.mark.parametrize("value", ["3.0", "' >=1 '", '">=1\\n"', "'>= 1'"])
def test_numbers_that_are_written_oddly(pytester, value) -> None:
    write(pytester, {"Dockerfile": "FROM a\n", "readiness.yaml": f"expect:\n  dockerfile: {value}\n"})
    result = pytester.runpytest("--readiness-only", "-p", "no:cacheprovider")
    assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()
    assert "Traceback" not in result.stdout.str() + result.stderr.str()


def test_a_pipe_named_like_a_file_of_the_run(pytester) -> None:
    write(pytester, {"Dockerfile": "FROM a\n"})
    os.mkfifo(pytester.path / "readiness.yaml")
    os.mkfifo(pytester.path / "readiness-waivers.yaml")
    os.mkfifo(pytester.path / ".gitignore")
    checks, _ = run(pytester)
    assert checks


# -- what goes out

EVIL = [
    "\x1b[31mred",
    "::error::x",
    "##[group]x",
    "##vso[task.x]y",
    "a\rb",
    "a\u202eb",
    "a\u2066b",
    "]]>",
    "a\x9b31mb",
    "a\u061cb",
    "\U000e0041",
    "a\x85b",
    "a\u2028b",
]
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
COMMAND = re.compile(r"^\s*::|##\w*\[", re.MULTILINE)


def assert_quiet(pytester: pytest.Pytester, result: pytest.RunResult) -> None:
    """No bytes that command a terminal or a runner on stdout, in the JUnit file and in the JSON report."""
    outputs = {"stdout": "\n".join(result.outlines), "stderr": "\n".join(result.errlines)}
    outputs["json"] = (pytester.path / "out.report").read_bytes().decode("utf-8")
    if (pytester.path / "out.xml").exists():
        outputs["junit"] = (pytester.path / "out.xml").read_bytes().decode("utf-8")
        ET.parse(pytester.path / "out.xml")
    for name, text in outputs.items():
        for number, line in enumerate(text.split("\n")):
            assert not FORBIDDEN.search(line), (name, number, line)
            assert not COMMAND.search(line), (name, number, line)
    json.loads(outputs["json"], object_hook=assert_texts_are_quiet)


def assert_texts_are_quiet(entries: dict) -> dict:
    for value in entries.values():
        assert not isinstance(value, str) or not (FORBIDDEN.search(value) or COMMAND.search(value)), value
    return entries


def test_scanned_text_commands_nobody(pytester) -> None:
    files: dict[str, str | bytes] = dict(GOOD)
    for number, evil in enumerate(EVIL):
        quoted = json.dumps(evil)
        where = f"evil{number}"
        hcl = evil if evil.isprintable() else f"a{number}"
        files |= {
            f"{where}/Dockerfile": f"FROM {evil}\nLABEL a={quoted}\nCOPY {evil} {evil}\nRUN apt-get install {evil} # {evil}\n# {evil}\n{evil} x\nUSER {evil}\n",
            f"{where}/compose.yaml": f"services:\n  {quoted}:\n    image: {quoted}\n    environment: {{PASSWORD: {quoted}, {quoted}: {quoted}}}\n    depends_on: [{quoted}, {quoted}-x]\n    ports: [{quoted}]\n    container_name: {quoted}\n",
            f"{where}/k8s.yaml": f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {quoted}, namespace: {quoted}, labels: {{{quoted}: {quoted}}}}}\nspec:\n  template:\n    spec:\n      containers:\n        - {{name: {quoted}, image: {quoted}, command: [{quoted}], env: [{{name: {quoted}, value: {quoted}}}]}}\n---\napiVersion: v1\nkind: {quoted}\n",
            f"{where}/main.tf": f'resource "aws_db_instance" "{hcl}" {{\n  password = "{evil}" # {evil}\n  engine = {quoted}\n}}\nmodule "m" {{\n  source = "{evil}"\n}}\n',
            f".github/workflows/{where}.yml": f"name: {quoted}\non: push\njobs:\n  {quoted}:\n    runs-on: {quoted}\n    steps:\n      - {{name: {quoted}, uses: {quoted}}}\n      - {{run: {quoted}, uses: a/b@{quoted}}}\n      - uses: 'a/{evil}@v1'\n",
            f"{where}/.env.example": f"SECRET_KEY={evil}k3J9x0Qv7TzLw2RbN8yHf5Sd\n{evil}\nA={evil}\n",
            f"{where}/broken.yaml": f"apiVersion: v1\nkind: Pod\n{evil}: [\n",
            f"{where}/dup.yaml": f"apiVersion: v1\nkind: Pod\n{quoted}: 1\n{quoted}: 2\n",
        }  # fmt: skip
    waivers = "".join(
        f"  - {{rule: docker.*, where: 'evil{n}/Dockerfile*', reason: {json.dumps(evil)}, owner: {json.dumps(evil)}, until: {'2999' if n % 2 else '2001'}-01-01}}\n"
        f"  - {{rule: {json.dumps(evil)}, where: {json.dumps(evil)}, reason: r, owner: o, until: 2999-01-01}}\n"
        for n, evil in enumerate(EVIL)
    )
    files["readiness-waivers.yaml"] = f"waivers:\n{waivers}"
    write(pytester, files)
    checks, result = run(pytester, "-v", "-rA", "--junitxml=out.xml", "--durations=3")
    assert_quiet(pytester, result)
    assert_good_is_judged(checks)
    assert len(checks) > 500
    listed = pytester.runpytest("--readiness-only", "--co", "-p", "no:cacheprovider")
    for line in listed.outlines:
        assert not FORBIDDEN.search(line)
        assert not COMMAND.search(line)


def test_a_crash_quotes_nothing_that_commands(toy, write) -> None:
    conftest = (
        (toy.path / "conftest.py")
        .read_text()
        .replace('RuntimeError("boom")', 'RuntimeError("\\x1b[31m\\r::error::\\n::error::y\\u202e ##[z]")')
    )
    (toy.path / "conftest.py").write_text(conftest)
    (toy.path / "a.toy").write_text("one: crash\ntwo: ok\n")
    for protocol in ("fast", "pytest"):
        result = toy.runpytest(
            "--readiness", "-rA", "--readiness-report=json:out.report", "--junitxml=out.xml", "-o", f"readiness_protocol={protocol}"
        )
        result.assert_outcomes(errors=1, passed=1, failed=1)
        assert "RuntimeError" in result.stdout.str()
        assert_quiet(toy, result)


def test_a_format_that_crashes_costs_its_file_only(toy) -> None:
    conftest = (
        (toy.path / "conftest.py")
        .read_text()
        .replace('if name == "template":', "if name == 'zero': 1 / 0\n            if name == \"template\":")
    )
    (toy.path / "conftest.py").write_text(conftest)
    (toy.path / "a.toy").write_text("one: ok\nzero: ok\n")
    (toy.path / "wanted.toy").write_text("one: ok\n")
    result = toy.runpytest("--readiness", "-rA")
    result.assert_outcomes(failed=1, passed=3)
    result.stdout.fnmatch_lines([f"a.toy: P0 readiness.parses: {CRASH} toy files: ZeroDivisionError: *"])


# -- nothing of the scanned repository is run


def test_no_command_of_the_repository_is_run(pytester) -> None:
    write(pytester, {**GOOD, "sub/Dockerfile": "FROM a\n", "sub/.gitignore": "x\n"})
    root, ran = pytester.path, pytester.path.parent / "ran"
    evil = root / "evil.sh"
    evil.write_text(f"#!/bin/sh\necho $0 $@ >> {ran}\n")
    evil.chmod(0o755)
    git(root, "init", "-q")
    git(root, "add", "-f", ".")
    git(root, "commit", "-qm", "a")
    for name in (
        "conftest.py",
        "test_x.py",
        "sub/conftest.py",
        "sub/test_x.py",
        "ok/conftest.py",
        "sub/__init__.py",
        "sub/sitecustomize.py",
    ):
        if name != "conftest.py":  # pytest itself loads the one at the root
            (root / name).write_text(f"open({str(ran)!r}, 'a').write(__file__)\n")
    (root / ".gitattributes").write_text("* filter=evil diff=evil merge=evil ident\n")
    (root / ".git/evil.inc").write_text(f"[core]\n\tfsmonitor = {evil}\n[alias]\n\tls-files = !{evil}\n")
    for hook in ("post-index-change", "fsmonitor-watchman", "query-watchman", "post-checkout", "pre-commit", "reference-transaction"):
        (root / ".git/hooks").mkdir(exist_ok=True)
        (root / ".git/hooks" / hook).write_text(evil.read_text())
        (root / ".git/hooks" / hook).chmod(0o755)
    for key, value in {
        "core.fsmonitor": str(evil), "core.sshCommand": str(evil), "core.pager": str(evil), "core.editor": str(evil), "pager.ls-files": str(evil),
        "filter.evil.clean": str(evil), "filter.evil.smudge": str(evil), "filter.evil.process": str(evil), "filter.evil.required": "true",
        "diff.external": str(evil), "diff.evil.textconv": str(evil), "alias.ls-files": f"!{evil}", "include.path": "evil.inc", "credential.helper": f"!{evil}",
        "core.gitProxy": str(evil), "core.askPass": str(evil), "gpg.program": str(evil), "core.alternateRefsCommand": str(evil), "trace2.eventTarget": str(ran),
        "core.untrackedCache": "true", "core.preloadIndex": "true",
    }.items():  # fmt: skip
        subprocess.run(["git", "config", key, value], cwd=root, check=True, env={**os.environ, "GIT_CONFIG_NOSYSTEM": "1"}, timeout=60)
    ran.unlink(missing_ok=True)
    for path in ("ok/Dockerfile", "sub/Dockerfile"):
        (root / path).write_text((root / path).read_text() + "# changed\n")
    checks, _ = run(pytester)
    assert_good_is_judged(checks)
    assert not ran.exists(), ran.read_text()


def test_a_partial_clone_fetches_nothing(tmp_path) -> None:
    """What git misses it would fetch, by a command that the repository's configuration names."""
    root, ran = tmp_path / "root", tmp_path / "ran"
    root.mkdir()
    (root / "Dockerfile").write_text("FROM a\n")
    (root / ".gitignore").write_text("x\n")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "a")
    evil = tmp_path / "evil.sh"
    evil.write_text(f"#!/bin/sh\ntouch {ran}\n")
    evil.chmod(0o755)
    (root / "untracked").write_text("x")  # git asks the ignore files only about such
    git(root, "update-index", "--skip-worktree", ".gitignore")
    (root / ".gitignore").unlink()
    done = subprocess.run(["git", "rev-parse", ":.gitignore"], cwd=root, check=True, capture_output=True, text=True, timeout=60)
    blob = done.stdout.strip()
    (root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    for key, value in {
        "extensions.partialClone": "evil", "core.repositoryFormatVersion": "1", "remote.evil.url": str(root), "remote.evil.promisor": "true",
        "remote.evil.uploadpack": str(evil), "protocol.allow": "always", "protocol.file.allow": "always",
    }.items():  # fmt: skip
        git(root, "config", key, value)
    tree = DiskTree(root)
    assert "Dockerfile" in tree.paths
    assert not ran.exists()


def test_files_that_a_sparse_checkout_leaves_out_are_not_missed(tmp_path) -> None:
    for name in ("Dockerfile", "here/Dockerfile", "gone/Dockerfile"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("FROM a\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "a")
    git(tmp_path, "sparse-checkout", "set", "here")
    tree = DiskTree(tmp_path)
    assert tree.paths == ("Dockerfile", "here/Dockerfile")
    assert tree.tracked("gone/Dockerfile") is True


def test_an_embedded_bare_repository_is_not_taken_for_one(tmp_path) -> None:
    bare = tmp_path / "vendor"
    bare.mkdir()
    git(bare, "init", "-q", "--bare")
    ran = tmp_path / "ran"
    evil = tmp_path / "evil.sh"
    evil.write_text(f"#!/bin/sh\ntouch {ran}\n")
    evil.chmod(0o755)
    git(bare, "config", "core.fsmonitor", str(evil))
    git(bare, "config", "core.worktree", str(tmp_path))
    (bare / "Dockerfile").write_text("FROM a\n")
    (tmp_path / ".git").write_text("gitdir: vendor\n")
    assert "Dockerfile" in DiskTree(bare).paths
    assert not ran.exists()


# -- texts nobody thought of

PROFILE = settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
PIECES = st.sampled_from(
    ["\n", "  ", "- ", ": ", "{", "}", "[", "]", '"', "'", "#", "&a ", "*a", "<<: ", "|", ">", "$", "${", "}", "{{", "}}", "\\", "\t", "\r", "\0", "\x85",
     "FROM a", "RUN ", "services:", "image: ", "apiVersion: v1\n", "kind: Pod\n", "jobs:", "on: push", "steps:", "run: ", "uses: ", "resource ", '"x" ', "= ",
     "A=", "null", "1e999", "é", "\ufeff", "\u2028", "---", "...", "!!x ", "%", "@", "<<EOF", "EOF"]
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_any_bytes_are_judged_or_refused(kind) -> None:
    @PROFILE
    @given(st.binary(max_size=60) | st.lists(PIECES, max_size=20).map(lambda pieces: "".join(pieces).encode()), st.booleans())
    def inner(data: bytes, behind: bool) -> None:
        judge(Project.of({place(kind): KINDS[kind].encode() + data if behind else data}))

    inner()


SCALARS = re.compile(r"(?<=[:=] )[^\s{\[,\]}][^\n,\]}]*|(?<=- )[^\s{\[,\]}:][^\n:]*$", re.MULTILINE)
VALUES = [
    "[]",
    "{}",
    "[a, {b: c}, [1], null]",
    "{a: {b: [c]}}",
    "null",
    "''",
    "0",
    "-1",
    "3.5",
    "true",
    "1e999",
    "x" * 3000,
    "'${a}'",
    "'${{ a }}'",
    "'{{ a }}'",
    "~",
    '"\\n"',
    "'::'",
    "!x y",
    "&a b",
    "2001-01-01",
    "'*'",
]
RICH = {
    "Dockerfile": """\
# syntax=docker/dockerfile:1
ARG base=debian:12
FROM ${base} AS build
ARG TOKEN
ENV A=1 B=$A
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN --mount=type=secret,id=x apt-get update \\
  && apt-get install -y curl=1 | tee x
RUN <<EOF
curl https://x | sh
EOF
COPY --chown=1:1 --from=build /a /b
ADD https://x /y
HEALTHCHECK --interval=5s CMD curl -f http://localhost/
EXPOSE 22 80/tcp
USER 1000:1000
VOLUME ["/a"]
ONBUILD RUN x
STOPSIGNAL 9
ENTRYPOINT ["a"]
CMD ["b"]
""",
    "compose.yaml": """\
name: a
x-a: &a
  restart: always
services:
  db:
    <<: *a
    image: postgres:17
    build:
      context: .
      args:
        A: b
    environment:
      PASSWORD: ${PASSWORD:-x}
    env_file:
      - path: .env
        required: false
    ports:
      - 80:80
      - target: 5
        published: 6
    volumes:
      - type: bind
        source: /var/run/docker.sock
        target: /x
      - data:/data
    healthcheck:
      test: [CMD, x]
      interval: 5s
    deploy:
      replicas: 2
      resources:
        limits:
          memory: 5m
    depends_on:
      web:
        condition: service_healthy
    logging:
      driver: json-file
      options:
        max-size: 1m
    cap_add:
      - ALL
    security_opt:
      - seccomp:unconfined
    secrets:
      - a
    networks:
      n:
        aliases:
          - b
    user: root
    privileged: true
    command: redis-server
    extends:
      service: web
    profiles:
      - p
  web:
    image: nginx
volumes:
  data:
networks:
  n:
    driver: bridge
secrets:
  a:
    file: x
""",
    "k8s.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: a
  namespace: b
  labels:
    app: a
  annotations:
    x: y
spec:
  replicas: 2
  selector:
    matchLabels:
      app: a
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 1
  template:
    metadata:
      labels:
        app: a
    spec:
      serviceAccountName: a
      hostNetwork: true
      securityContext:
        runAsUser: 0
        seccompProfile:
          type: RuntimeDefault
        sysctls:
          - name: kernel.x
            value: 1
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - topologyKey: a
      topologySpreadConstraints:
        - topologyKey: a
      initContainers:
        - name: i
          image: b
      containers:
        - name: a
          image: b:1
          imagePullPolicy: Always
          ports:
            - containerPort: 22
              hostPort: 80
          env:
            - name: PASSWORD
              value: x
            - name: B
              valueFrom:
                secretKeyRef:
                  name: a
                  key: b
          resources:
            limits:
              cpu: 1m
            requests:
              memory: 1Gi
          livenessProbe:
            httpGet:
              port: 80
              path: /
          readinessProbe:
            exec:
              command:
                - x
          securityContext:
            capabilities:
              add:
                - ALL
              drop:
                - ALL
            privileged: true
          volumeMounts:
            - name: v
              mountPath: /x
      volumes:
        - name: v
          hostPath:
            path: /
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: r
rules:
  - apiGroups:
      - '*'
    resources:
      - secrets
    verbs:
      - get
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: r
roleRef:
  kind: ClusterRole
  name: r
subjects:
  - kind: ServiceAccount
    name: a
---
apiVersion: v1
kind: Service
metadata:
  name: a
spec:
  type: NodePort
  selector:
    app: a
  ports:
    - port: 80
      nodePort: 30000
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: a
spec:
  tls:
    - hosts:
        - x
  rules:
    - host: x
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: a
spec:
  minReplicas: 1
  maxReplicas: 1
  scaleTargetRef:
    kind: Deployment
    name: a
  metrics:
    - type: Resource
      resource:
        name: cpu
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: a
spec:
  schedule: '* * * * *'
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: a
              image: b
---
apiVersion: v1
kind: Secret
metadata:
  name: s
data:
  a: eA==
---
apiVersion: v1
kind: Namespace
metadata:
  name: n
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: s
spec:
  template:
    spec:
      containers:
        - name: a
          image: postgres
  volumeClaimTemplates:
    - metadata:
        name: v
""",
    "main.tf": """\
terraform {
  required_version = ">= 1"
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5" }
  }
  backend "s3" {
    bucket = "x"
    encrypt = true
  }
}
variable "a" {
  type = string
  default = "x"
}
locals {
  b = var.a
  c = [for x in [1, 2] : x]
}
provider "aws" {
  access_key = "x"
}
resource "aws_db_instance" "x" {
  count = 2
  password = local.b
  multi_az = true
  storage_encrypted = var.a
  tags = { a = "b" }
}
resource "aws_security_group" "x" {
  ingress {
    from_port = 0
    to_port = 0
    protocol = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_s3_bucket" "x" {
  for_each = toset(["a"])
  bucket = each.key
}
resource "aws_s3_bucket_public_access_block" "x" {
  bucket = aws_s3_bucket.x["a"].id
  block_public_acls = true
}
resource "aws_iam_policy" "x" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "*", Resource = ["*"] }] })
}
data "aws_iam_policy_document" "x" {
  statement {
    actions = ["*"]
    resources = ["*"]
  }
}
resource "aws_lb_listener" "x" {
  port = 80
  protocol = "HTTP"
  ssl_policy = "x"
  default_action {
    type = "redirect"
  }
}
resource "aws_instance" "x" {
  metadata_options {
    http_tokens = "optional"
  }
  root_block_device {
    encrypted = false
  }
}
resource "aws_ecr_repository" "x" {
  image_scanning_configuration {
    scan_on_push = false
  }
}
resource "aws_eks_cluster" "x" {
  enabled_cluster_log_types = ["api"]
  vpc_config {
    subnet_ids = [aws_subnet.a.id]
  }
}
resource "aws_subnet" "a" {
  vpc_id = aws_vpc.v.id
}
resource "aws_vpc" "v" {
}
resource "aws_cloudwatch_log_group" "x" {
  retention_in_days = 1
}
resource "aws_kms_key" "x" {
  enable_key_rotation = false
}
module "m" {
  source = "a/b/c"
  version = "1"
}
""",
    "workflow": """\
name: a
on:
  pull_request_target:
    branches:
      - main
  push:
    tags:
      - v1
  schedule:
    - cron: '* * * * *'
permissions:
  contents: read
concurrency:
  group: x
  cancel-in-progress: true
env:
  A: b
defaults:
  run:
    shell: bash
jobs:
  a:
    runs-on:
      - self-hosted
      - x
    needs:
      - b
    timeout-minutes: 5
    strategy:
      matrix:
        os:
          - a
        include:
          - os: b
    permissions:
      id-token: write
    environment:
      name: production
    container:
      image: a:1
      credentials:
        password: x
    services:
      db:
        image: postgres
    outputs:
      x: y
    steps:
      - uses: actions/checkout@v4
        with:
          ref: ${{ github.event.pull_request.head.sha }}
          persist-credentials: false
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: x
          provenance: true
          sbom: true
      - uses: aquasecurity/trivy-action@0.1
        with:
          exit-code: 1
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          aws-access-key-id: ${{ secrets.A }}
      - run: |
          echo ${{ github.event.issue.title }}
          docker build -t x . && docker push x
          curl x | sh
        shell: bash
        env:
          X: y
        if: always()
        continue-on-error: true
        working-directory: x
  b:
    uses: a/b/.github/workflows/c.yml@main
    secrets: inherit
    with:
      a: b
""",
    "action.yml": """\
name: a
inputs:
  a:
    default: b
runs:
  using: composite
  steps:
    - run: echo ${{ inputs.a }}
      shell: bash
    - uses: a/b@v1
      with:
        c: d
""",
    ".env.example": """\
A=b
export B='c'
SECRET_KEY="k3J9x0Qv7TzLw2RbN8yHf5Sd"
C=${A}
D
""",
}


def mutated(text: str, dice: random.Random, *, hcl: bool) -> str:
    """A valid sample with a line gone, twice, elsewhere, or a value of another type."""
    for _ in range(dice.randint(1, 3)):
        lines = text.split("\n")
        first, second = dice.randrange(len(lines)), dice.randrange(len(lines))
        action = dice.randrange(6)
        if action == 0:
            del lines[first]
        elif action == 1:
            lines.insert(second, lines[first])
        elif action == 2:
            lines[first], lines[second] = lines[second], lines[first]
        text = "\n".join(lines)
        places = list(SCALARS.finditer(text))
        if action > 2 and places:
            found = dice.choice(places)
            value = dice.choice(VALUES)
            text = text[: found.start()] + (value.replace("'", '"').replace(": ", " = ") if hcl else value) + text[found.end() :]
        elif action > 2:
            cut = dice.randrange(len(text) + 1)
            text = text[:cut] + dice.choice(VALUES) + text[cut + dice.randrange(4) :]
    return text


def replaced_blocks(text: str) -> Iterator[str]:
    """A YAML sample with the value of each key in turn, nested ones included, replaced."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        found = re.match(r"( *(?:- )?[\w.'*-]+:)", line)
        if not found:
            continue
        indent = len(line) - len(line.lstrip(" "))
        end = number + 1
        while end < len(lines) and lines[end].strip() and len(lines[end]) - len(lines[end].lstrip(" ")) > indent and lines[end] != "---":
            end += 1
        for value in ("[1, {a: b}]", "{a: [null]}", "null", "5", "'x'"):
            yield "\n".join([*lines[:number], f"{found[1]} {value}", *lines[end:]])


@pytest.mark.parametrize("kind", RICH)
def test_the_rich_samples_are_read(kind) -> None:
    failures = judge(Project.of({place(kind): RICH[kind]}))
    assert failures == {place(kind): []}, failures


@pytest.mark.parametrize("kind", RICH)
def test_odd_structures_crash_no_rule(kind) -> None:
    dice = random.Random(20)
    for _ in range(int(os.environ.get("HOSTILE_MUTATIONS", "40"))):
        text = mutated(RICH[kind], dice, hcl=kind == "main.tf")
        try:
            judge(Project.of({place(kind): text}))
        except BaseException:
            print(text)
            raise


@pytest.mark.parametrize("kind", YAML)
def test_every_key_may_hold_anything(kind) -> None:
    texts = list(replaced_blocks(RICH[kind]))
    share = int(os.environ.get("HOSTILE_SHARE", "12"))
    for text in texts[::share]:
        try:
            judge(Project.of({place(kind): text}))
        except BaseException:
            print(text)
            raise
