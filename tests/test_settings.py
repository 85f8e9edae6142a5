"""readiness.yaml: what it changes, and that no mistake in it goes unnoticed."""

from __future__ import annotations

import json

import pytest

from pytest_readiness import schema
from pytest_readiness.settings import same_type
from pytest_readiness.syntax import yaml


def run(pytester: pytest.Pytester, text: str, *args: str) -> tuple[pytest.RunResult, dict[str, str]]:
    (pytester.path / "readiness.yaml").write_text(text)
    result = pytester.runpytest("--readiness", "--readiness-report=json:out.json", *args)
    path = pytester.path / "out.json"
    return result, {check["id"]: check["outcome"] for check in json.loads(path.read_text())["checks"]} if path.exists() else {}


@pytest.fixture
def project(toy, write):
    write(a_toy="one: ok\ntwo: bad\nfour: long\n", wanted_toy="")
    return toy


def test_select_and_ignore(project) -> None:
    _, checks = run(project, "select: ['toy.*']\nignore: [toy.good]\n")
    assert set(checks) == {"a.toy::toy.short[four]", "repository::toy.any[repo]"}


def test_priorities(project) -> None:
    run(project, "priorities:\n  'toy.*': P3\n  toy.short: P2\n")
    found = {check["rule"]: check["priority"] for check in json.loads((project.path / "out.json").read_text())["checks"]}
    assert found == {"toy.good": "P3", "toy.any": "P3", "toy.short": "P2"}
    result = project.runpytest("--readiness", "-m", "p2", "--co", "-q")
    result.stdout.fnmatch_lines(["a.toy::toy.short[[]four]", "1/5 tests collected*"])


def test_options(project) -> None:
    _, checks = run(project, "options:\n  toy.good:\n    word: ok\n")
    assert checks["a.toy::toy.good[one]"] == "failed"
    assert checks["a.toy::toy.good[two]"] == "passed"


@pytest.mark.parametrize(
    ("default", "value", "fits"),
    [
        ((22,), [22, 5432], True),
        ((22,), ["ssh"], False),
        ((22,), 22, False),
        (("a",), ["b"], True),
        ((), ["b"], True),
        (3, True, False),
        (True, 1, False),
        (0.5, 1, True),
        ("x", 1, False),
    ],
)
def test_values_of_options(default, value, fits) -> None:
    assert same_type(default, value) is fits


@pytest.mark.parametrize(("expected", "outcome"), [("2", "passed"), ("'>=3'", "failed"), ("'<2'", "failed"), ("'== 2'", "passed")])
def test_expected_files(project, expected, outcome) -> None:
    result, checks = run(project, f"expect:\n  toy: {expected}\n")
    assert checks["readiness.yaml::readiness.expect[toy]"] == outcome
    if outcome == "failed":
        result.stdout.fnmatch_lines(["readiness.yaml:2:3: P0 readiness.expect: 2 files of format toy were found, * expected"])
    assert "readiness.yaml::readiness.expect[toy]" not in run(project, f"expect:\n  toy: {expected}\n", "a.toy")[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "selct: [x]\n",
            "readiness.yaml:1:1: unknown key 'selct' (did you mean 'select'?)",
        ),
        ("select: ['nope.*']\n", "readiness.yaml:1:10: select: no rule is called 'nope.?'"),
        ("ignore:\n  - toy.good\n  - toy.gone\n", "readiness.yaml:3:5: ignore: no rule is called 'toy.gone'"),
        ("select: toy\n", "readiness.yaml:1:1: select: must be a list, not 'toy'"),
        ("priorities:\n  toy.good: P9\n", "readiness.yaml:2:3: priorities.toy.good: 'P9' is not one of*"),
        ("priorities:\n  toy.gone: P1\n", "readiness.yaml:2:3: priorities: no rule is called 'toy.gone'"),
        ("options:\n  toy.gone: {}\n", "readiness.yaml:2:3: options: no rule is called 'toy.gone'"),
        ("options:\n  toy.good:\n    wrd: x\n", "readiness.yaml:3:5: options: toy.good has no option 'wrd' (known: word)"),
        ("options:\n  toy.good:\n    word: 3\n", "readiness.yaml:3:5: options: toy.good: word must be a text, not 3"),
        ("expect:\n  toys: 3\n", "readiness.yaml:2:3: expect: no format is called 'toys' (known:*"),
        ("expect:\n  toy: many\n", "readiness.yaml:2:3: expect.toy: 'many' is not a number of files*"),
        ("a: [\n", "readiness.yaml:*: not valid YAML*"),
        ("a: 1\n---\nb: 1\n", "readiness.yaml:3:1: must be one YAML document"),
    ],
)
def test_mistakes_are_errors_at_their_line_before_anything_runs(project, text, message) -> None:
    result, checks = run(project, text)
    assert result.ret == 4
    assert not checks
    result.stderr.fnmatch_lines([f"*{message.replace('[', '[[]')}"])


def test_both_spellings_are_an_error(project) -> None:
    (project.path / "readiness.yml").write_text("")
    assert run(project, "")[0].ret == 4


def test_an_empty_file_changes_nothing(project) -> None:
    assert len(run(project, "# nothing\n")[1]) == 5


@pytest.mark.parametrize("name", ["readiness", "waivers", "report"])
def test_schemas_are_valid(name) -> None:
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(schema.load(name))


def test_the_report_is_valid_by_its_schema(project) -> None:
    (project.path / "readiness-waivers.yaml").write_text(
        "waivers:\n  - {rule: toy.good, where: a.toy, reason: r, owner: o, until: 2999-01-01}\n"
    )
    run(project, "expect: {toy: 9}\n")
    text = (project.path / "out.json").read_text()
    assert list(schema.violations(yaml.parse("out.json", text)[0], "report")) == []


NEEDS = """
@rule("toy.needy", P1, on="toy.line", category="Governance", remedy="do", needs="owners")
def needy(line, *, owners: tuple = ()):
    \"\"\"Needs owners.

    Without them there is nothing to say.
    \"\"\"
    if line.name not in owners:
        yield line.finding("nobody owns it")

def pytest_readiness_rules(platform):
    return [good, short, any_wanted, needy]
"""


def test_a_rule_that_needs_an_option_makes_no_check_before_it_is_set(project) -> None:
    (project.path / "conftest.py").write_text((project.path / "conftest.py").read_text() + NEEDS)
    assert "a.toy::toy.needy[two]" not in run(project, "")[1]
    checks = run(project, "options: {toy.needy: {owners: [one]}}\n")[1]
    assert (checks["a.toy::toy.needy[one]"], checks["a.toy::toy.needy[two]"]) == ("passed", "failed")
    result = project.runpytest("--readiness-rules")
    result.stdout.fnmatch_lines(["toy.needy * (once options.toy.needy.owners is set)"])


def test_a_variable_file_that_is_nowhere_is_a_mistake(project, write) -> None:
    write(infra__main_tf="", infra__prod_tfvars="")
    result, _ = run(project, "environments:\n  prod: {tfvars: [prod.tfvars]}\n  test: {tfvars: [tset.tfvars]}\n")
    assert result.ret == 4
    message = "readiness.yaml:3:3: environments: test: there is no tset.tfvars, at no root module nor at the root"
    assert result.stderr.str().strip() == f"ERROR: {message}"
