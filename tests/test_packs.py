"""Rules in Python: of a project's own files, of its conftest.py, and of packs that are installed."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from sarif_pydantic import Sarif
from test_docs import ROOT
from test_docs import fences
from test_docs import named

from pytest_readiness import schema
from pytest_readiness.syntax import yaml

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PACK = ROOT / "examples/pack"
DEPLOY = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
"""
HEAD = "from pytest_readiness import P1, P2, rule\n\n"
BAD = """
    ```yaml bad
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}  # <--
    ```"""
GOOD = """
    ```yaml good
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, labels: {team: shop}}
    ```"""


def code(name: str = "acme.team", *, on: str = "k8s.workload", fences: str = f"{BAD}{GOOD}", also: str = "") -> str:
    """A rule that asks for a label."""
    return f'''
@rule("{name}", P1, on="{on}", category="Governance", remedy="add the label"{also})
def {name.replace(".", "_").replace("-", "_")}(workload, *, label: str = "team"):
    """A workload names its team.

    Nobody knows whom to call.
{fences}
    """
    if label not in workload.labels:
        yield workload.finding(f"no label {{label}}", workload.at("metadata", "labels"))
'''


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeini("[pytest]\n")
    (pytester.path / "deploy.yaml").write_text(DEPLOY)
    return pytester


def put(project: pytest.Pytester, path: str, text: str) -> None:
    (project.path / path).parent.mkdir(parents=True, exist_ok=True)
    (project.path / path).write_text(text)


def checks(project: pytest.Pytester, *arguments: str, only: str = "acme") -> dict[str, str]:
    """The outcomes of the checks whose rules begin so, by node id."""
    result = project.runpytest("--readiness-only", "-p", "no:cacheprovider", "--readiness-report=json:out.json", *arguments)
    assert result.ret in (0, 1), result.stderr.str()
    return {check["id"]: check["outcome"] for check in report(project)["checks"] if check["rule"].startswith(only)}


def report(project: pytest.Pytester) -> dict:
    return json.loads((project.path / "out.json").read_text())


def mistakes(project: pytest.Pytester, *arguments: str) -> list[str]:
    """What a run says that does not begin."""
    result = project.runpytest("--readiness-only", "-p", "no:cacheprovider", *arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR, result.stdout.str()
    assert "Traceback" not in result.stderr.str()
    return [line.removeprefix("ERROR: ") for line in result.stderr.str().replace(str(project.path), "ROOT").splitlines() if line]


# -- readiness/*.py


def test_a_file_in_readiness_is_enough(project) -> None:
    put(project, "readiness/team.py", HEAD + code())
    assert checks(project) == {
        "deploy.yaml::acme.team[Deployment/web]": "failed",
        "readiness/team.py::acme.team[good]": "passed",
        "readiness/team.py::acme.team[bad]": "passed",
        "readiness/team.py::acme.team[used]": "passed",
    }
    places = {check["id"].partition("[")[2]: check["line"] for check in report(project)["checks"] if check["path"] == "readiness/team.py"}
    assert places == {"bad]": 10, "good]": 15, "used]": 4}
    (rule,) = (rule for rule in report(project)["rules"] if rule["id"] == "acme.team")
    assert (rule["pack"], rule["pack_version"]) == ("readiness/team.py", None)
    assert report(project)["run"]["files"] == {"kubernetes": 1}  # a criterion is no infrastructure


def test_it_is_a_rule_like_any_other(project) -> None:
    put(project, "readiness/team.py", HEAD + code())
    put(project, "readiness.yaml", "options: {acme.team: {label: app}}\npriorities: {acme.team: P3}\n")
    assert checks(project)["deploy.yaml::acme.team[Deployment/web]"] == "passed"
    put(project, "readiness.yaml", "ignore: [acme.team]\n")
    assert checks(project) == {}
    put(project, "readiness.yaml", "select: [acme.*]\n")
    assert len(checks(project, only="")) == 4
    put(project, "readiness.yaml", "")
    waiver = "{rule: acme.team, where: deploy.yaml, reason: later, owner: me, until: 2999-01-01}"
    put(project, "readiness-waivers.yaml", f"waivers:\n  - {waiver}\n")
    assert checks(project, "--junitxml=junit.xml")["deploy.yaml::acme.team[Deployment/web]"] == "xfailed"
    assert 'name="acme.team[Deployment/web]"' in (project.path / "junit.xml").read_text()
    project.runpytest("--readiness-rules").stdout.fnmatch_lines(["acme.team * P1  A workload names its team  [[]k8s.workload[]]"])
    project.runpytest("--readiness-explain=acme.team").stdout.fnmatch_lines(
        ["# acme.team", "[*][*]From[*][*] readiness/team.py", "- `label` (str), default `team`"]
    )


def test_a_file_may_be_named_on_the_command_line(project) -> None:
    put(project, "readiness/team.py", HEAD + code())
    assert checks(project, "readiness/team.py").keys() == {"readiness/team.py::acme.team[good]", "readiness/team.py::acme.team[bad]"}
    assert checks(project, "readiness/team.py::acme.team[bad]").keys() == {"readiness/team.py::acme.team[bad]"}
    assert checks(project, "deploy.yaml").keys() == {"deploy.yaml::acme.team[Deployment/web]"}


def test_workers_of_xdist_load_it_as_well(project) -> None:
    put(project, "readiness/team.py", HEAD + code())
    alone = checks(project)
    assert checks(project, "-n2") == alone
    assert checks(project, "-n2", "deploy.yaml").keys() == {"deploy.yaml::acme.team[Deployment/web]"}


def test_a_rule_in_python_can_be_used_by_a_criterion_in_yaml(project) -> None:
    put(project, "readiness/team.py", HEAD + code())
    bad = "bad: {m.yaml: 'kind: Deployment'}"
    put(project, "readiness/more.yaml", f"criteria:\n  - {{id: acme.owner, use: acme.team, with: {{label: owner}}, draft: true, {bad}}}\n")
    assert checks(project)["deploy.yaml::acme.owner[Deployment/web]"] == "failed"


def test_files_may_import_each_other(project) -> None:
    put(project, "readiness/_base.py", HEAD + "LABEL = 'team'\n" + code("acme.base"))
    put(project, "readiness/team.py", "from ._base import LABEL\n" + HEAD + code().replace('"team"', "LABEL"))
    put(project, "readiness/zone.py", "import pytest_readiness\nfrom .team import acme_team\n")
    found = checks(project)
    assert {name.partition("[")[0] for name in found} == {"deploy.yaml::acme.team", "readiness/team.py::acme.team"}


def test_a_rule_that_is_made_elsewhere_stands_where_it_gets_its_name(project) -> None:
    put(project, "library/labels.py", HEAD + "def label_rule():" + code().replace("\n", "\n    ") + "return acme_team\n")
    put(project, "readiness/team.py", "import pytest_readiness\nfrom labels import label_rule\n\nteam = label_rule()\n")
    project.syspathinsert(project.path / "library")
    assert checks(project)["readiness/team.py::acme.team[bad]"] == "passed"
    assert {check["line"] for check in report(project)["checks"] if check["path"] == "readiness/team.py"} == {4}


NO_EXAMPLE = [
    pytest.param(GOOD, "bad", "has no bad sample: write one that must fail*", id="no bad one"),
    pytest.param(BAD, "good", "has no good sample: write one that must pass*", id="no good one"),
    pytest.param(GOOD + GOOD.replace("good", "bad"), "bad", "a bad example passes", id="a bad one that passes"),
    pytest.param(BAD + BAD.replace("bad", "good"), "good", "a good example fails*", id="a good one that fails"),
    pytest.param(BAD + GOOD.replace("apps/v1", "[v1"), "good", "*the example cannot be read*", id="one that cannot be read"),
]


@pytest.mark.parametrize(("written", "name", "message"), NO_EXAMPLE)
def test_a_rule_without_examples_that_hold_is_a_failing_item(project, written, name, message) -> None:
    put(project, "readiness/team.py", HEAD + code(fences=written))
    assert checks(project)[f"readiness/team.py::acme.team[{name}]"] == "failed"
    result = project.runpytest("--readiness-only", "readiness/team.py", "-p", "no:cacheprovider")
    result.stdout.fnmatch_lines([f"readiness/team.py:*: P1 acme.team: {message}"])


def test_those_of_a_draft_are_advice(project) -> None:
    put(project, "readiness/team.py", HEAD + code(fences="", also=", draft=True"))
    assert {id: outcome for id, outcome in checks(project).items() if "readiness/" in id} == {
        "readiness/team.py::acme.team[good]": "passed",
        "readiness/team.py::acme.team[bad]": "passed",
        "readiness/team.py::acme.team[used]": "passed",
    }
    assert sum(len(check["advice"]) for check in report(project)["checks"]) == 2


def test_a_rule_that_judges_nothing_says_so(project) -> None:
    put(project, "readiness/team.py", HEAD + code(on="compose.service", also=", draft=True"))
    checks(project)
    (used,) = (check for check in report(project)["checks"] if check["id"].endswith("[used]"))
    assert used["advice"][0]["message"].startswith("judges nothing in the whole repository")


# -- what is loaded, and when

BOOM = HEAD + "raise RuntimeError('was loaded')\n"
NOT_LOADED = [
    pytest.param("service/readiness/team.py", BOOM, id="of a directory below the root"),
    pytest.param("readiness/more/team.py", BOOM, id="of a directory below readiness"),
    pytest.param("readiness/_helpers.py", BOOM, id="with an underscore"),
    pytest.param("readiness/test_team.py", BOOM, id="a test"),
    pytest.param("readiness/team_test.py", BOOM, id="a test by its end"),
    pytest.param("readiness/__init__.py", BOOM, id="a package"),
    pytest.param("readiness/conftest.py", BOOM, id="a conftest"),
    pytest.param("readiness/app.py", "raise RuntimeError('was loaded')\n", id="a package of the project that is called so"),
    pytest.param("team.py", BOOM, id="a module of the root"),
    pytest.param("service/conftest.py", BOOM, id="the conftest of another directory"),
]


@pytest.mark.parametrize(("path", "text"), NOT_LOADED)
def test_nothing_else_is_loaded(project, path, text) -> None:
    put(project, path, text)
    project.runpytest("--readiness-only", "-p", "no:cacheprovider").stdout.no_fnmatch_line("*was loaded*")
    assert checks(project) == {}


@pytest.mark.parametrize("switch", ["--noconftest", "--confcutdir=sub"])
def test_what_switches_a_conftest_off_switches_it_off(project, switch) -> None:
    put(project, "readiness/team.py", BOOM)
    put(project, "sub/conftest.py", "")
    result = project.runpytest("--readiness-only", "-p", "no:cacheprovider", switch)
    result.stdout.fnmatch_lines(["not loaded  readiness/team.py: pytest loads no conftest.py of this root either"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_what_readiness_paths_leaves_out_is_said(project) -> None:
    put(project, "app/deploy.yaml", DEPLOY)
    put(project, "readiness/team.py", BOOM)
    put(project, "readiness/more/labels.yaml", "criteria: []\n")
    put(project, "readiness/app.py", "print('of a package of the project')\n")
    result = project.runpytest("--readiness-only", "-p", "no:cacheprovider", "-o", "readiness_paths=app")
    result.stdout.fnmatch_lines(
        [
            "not loaded  readiness/more/labels.yaml: readiness_paths leaves it out",
            "            readiness/team.py: readiness_paths leaves it out",
        ]
    )
    result.stdout.no_fnmatch_line("*readiness/app.py*")
    put(project, "readiness/team.py", HEAD + code())
    project.runpytest("--readiness-only", "-p", "no:cacheprovider", "-o", "readiness_paths=app readiness").stdout.no_fnmatch_line(
        "not loaded*"
    )


def test_a_root_that_pytest_does_not_run_in_is_not_loaded(project, monkeypatch) -> None:
    put(project, "other/readiness/team.py", BOOM)
    put(project, "other/conftest.py", BOOM)
    put(project, "other/deploy.yaml", DEPLOY)
    put(project, "here/pytest.ini", "[pytest]\n")
    monkeypatch.chdir(project.path / "here")
    result = project.runpytest("--readiness-only", "-p", "no:cacheprovider", f"--rootdir={project.path / 'other'}")
    result.stdout.fnmatch_lines(["not loaded  readiness/team.py: *"])
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    monkeypatch.chdir(project.path / "other")
    result = project.runpytest("--readiness", "-p", "no:cacheprovider", f"--rootdir={project.path / 'other'}", "../here")
    result.stdout.fnmatch_lines(["not loaded  readiness/team.py: *"])


def test_a_link_to_outside_is_not_followed(project, tmp_path_factory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "team.py"
    outside.write_text(BOOM)
    (project.path / "readiness").mkdir()
    (project.path / "readiness/team.py").symlink_to(outside)
    checks(project)
    assert "RuntimeError" not in json.dumps(report(project))


def test_it_is_not_loaded_without_readiness(project) -> None:
    put(project, "readiness/team.py", BOOM)
    put(project, "test_it.py", "def test_it(): pass\n")
    project.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=1)


# -- mistakes

MISTAKES = [
    ("def broken(:\n", "3:1: cannot be loaded: SyntaxError: *"),
    ("import nowhere\n", "3:1: cannot be loaded: ModuleNotFoundError: No module named 'nowhere'"),
    ("from pytest_readiness import P9\n", "3:1: cannot be loaded: ImportError: cannot import name 'P9' from 'pytest_readiness' (*"),
    ("x = 1\n\n1 / 0\n", "5:1: cannot be loaded: ZeroDivisionError: division by zero"),
    ("raise SystemExit(3)\n", "3:1: cannot be loaded: SystemExit: 3"),
    ("import pytest\npytest.skip('no', allow_module_level=True)\n", "4:1: cannot be loaded: Skipped: no (*"),
    ("from .helpers import *\n", "3:1: cannot be loaded: KeyError: 'gone' (readiness/helpers.py:2)"),
    ("@rule\ndef f(x): ...\n", "*:1: cannot be loaded: TypeError: rule() missing *"),
    (code("Team"), "4:1: rule Team: the id 'Team' is not like platform.name"),
    (code().replace("P1", '"P1"'), "4:1: rule acme.team: the priority 'P1' is none of P0, P1, P2 and P3 of pytest_readiness"),
    (code(also=", effort='soon'"), "4:1: rule acme.team: the effort 'soon' is not like 30m, 2h or 1d"),
    (code().replace("P1", "P1, when=5"), "4:1: rule acme.team: when must be a function, not 5"),
    (code().replace('on="k8s.workload"', "on=None"), "4:1: rule acme.team: on must be a kind of resources, or a tuple of kinds"),
    (code().replace('on="k8s.workload"', "on=[3]"), "4:1: rule acme.team: '3' is not a kind"),
    (
        "@rule('acme.team', P1, on='repo', category='Cost', remedy='x')\nclass Team: ...\n",
        "?:1: rule acme.team: a rule is a function, not *",  # at its decorator; before Python 3.11 at the class
    ),
    (code(also=", aliases='T1'"), "4:1: rule acme.team: aliases must be a tuple: ('T1',)"),
    (code().replace("add the label", ""), "4:1: rule acme.team: the remedy must be a short imperative phrase"),
    (code(fences=GOOD.replace("good", "with")), "4:1: rule acme.team: a `with` fence needs an example before it"),
    (code(on="k8s.workloads"), "4:1: acme.team: on: there is no kind 'k8s.workloads' (did you mean 'k8s.workload'?)"),
    (code("k8s.min-replicas"), "4:1: k8s.min-replicas: a rule of pytest-readiness has this id already; give this one another"),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES, ids=[message.partition(": ")[2][:60] for _, message in MISTAKES])
def test_a_mistake_is_told_at_its_line(project, text, message) -> None:
    put(project, "readiness/helpers.py", "\nraise KeyError('gone')\n")
    put(project, "readiness/team.py", HEAD + text)
    (line,) = mistakes(project)
    pytest.LineMatcher([line]).fnmatch_lines([f"readiness/team.py:{message.replace('[', '[[]')}"])


def test_all_mistakes_of_all_files_are_told_at_once(project) -> None:
    put(project, "readiness/a.py", HEAD + "1 / 0\n")
    put(project, "readiness/b.py", "@rule('x')\ndef f(): ...\n")
    put(project, "readiness/c.yaml", "criteria: 1\n")
    assert [line.partition(": ")[0] for line in mistakes(project)] == ["readiness/a.py:3:1", "readiness/b.py:1:1", "readiness/c.yaml:1:1"]


def test_a_file_that_is_no_text_is_told(project) -> None:
    put(project, "readiness/team.py", "")
    (project.path / "readiness/team.py").write_bytes(b"import pytest_readiness\n\0")
    (line,) = mistakes(project)
    assert line.startswith("readiness/team.py") and "null bytes" in line


def test_two_files_with_one_id_name_each_other(project) -> None:
    put(project, "readiness/a.py", HEAD + code())
    put(project, "readiness/b.py", HEAD + "\n" + code())
    assert mistakes(project) == ["readiness/b.py:5:1: acme.team: another criterion has this id, at readiness/a.py:4:1"]


def test_a_criterion_in_yaml_with_the_id_of_one_in_python_is_told_where_that_is(project) -> None:
    put(project, "readiness/a.py", HEAD + code())
    put(project, "readiness.yaml", "criteria:\n  - {id: acme.team, title: x, on: k8s.pod, remedy: x, require: {metadata: present}}\n")
    (line,) = mistakes(project)
    assert line.startswith("readiness.yaml:2:6: acme.team: a rule at readiness/a.py:4 has this id already;")


def test_the_catalogue_tells_mistakes_as_well(project) -> None:
    put(project, "readiness/team.py", HEAD + "1 / 0\n")
    result = project.runpytest("--readiness-rules")
    result.stderr.fnmatch_lines(["ERROR: readiness/team.py:3:1: cannot be loaded: ZeroDivisionError: division by zero"])


def test_what_crashes_in_a_check_is_an_error_of_that_check(project) -> None:
    put(project, "readiness/team.py", HEAD + code().replace("if label not in workload.labels", "if label not in workload.lables"))
    assert checks(project)["deploy.yaml::acme.team[Deployment/web]"] == "error"


def test_what_is_no_finding_is_an_error_that_says_what_is_one(project) -> None:
    put(
        project,
        "readiness/team.py",
        HEAD + code().replace('yield workload.finding(f"no label {label}", workload.at("metadata", "labels"))', 'yield "no"'),
    )
    result = project.runpytest("--readiness-only", "-p", "no:cacheprovider", "deploy.yaml")
    result.stdout.fnmatch_lines(["*TypeError: acme.team gives 'no': yield what resource.finding() or resource.advice() makes"])


# -- conftest.py


def test_rules_of_the_conftest_of_the_root_are_found(project) -> None:
    put(project, "conftest.py", HEAD + code())
    put(project, "sub/conftest.py", HEAD + code("acme.other"))
    put(project, "sub/test_it.py", "def test_it(): pass\n")
    assert checks(project) == {
        "conftest.py::acme.team[good]": "passed",
        "conftest.py::acme.team[bad]": "passed",
        "conftest.py::acme.team[used]": "passed",
        "deploy.yaml::acme.team[Deployment/web]": "failed",
    }
    assert checks(project, "-n2").keys() == checks(project).keys()
    assert checks(project, "--noconftest") == {}


def test_a_conftest_with_the_hook_says_itself_which_rules_it_has(project) -> None:
    hook = "\ndef pytest_readiness_rules(config, platform):\n    return [acme_team]\n"
    put(project, "conftest.py", HEAD + code() + code("acme.other") + hook)
    assert checks(project) == {"deploy.yaml::acme.team[Deployment/web]": "failed"}
    assert {rule["pack"] for rule in report(project)["rules"] if rule["id"] == "acme.team"} == {"conftest.py"}


def test_conftest_and_file_with_one_id_name_each_other(project) -> None:
    put(project, "conftest.py", HEAD + code())
    put(project, "readiness/a.py", HEAD + code())
    assert mistakes(project) == ["readiness/a.py:4:1: acme.team: another criterion has this id, at conftest.py:4:1"]


def test_a_built_in_rule_that_is_imported_stays_what_it_is(project) -> None:
    put(project, "readiness/team.py", "from pytest_readiness.rules.k8s.min_replicas import *\nfrom pytest_readiness import P1\n")
    assert not any(id.startswith("readiness/") for id in checks(project, only=""))


# -- packs


def install(source: Path, target: Path) -> None:
    """What pip makes of a pack, without a build: its package, and beside it what it says of itself."""
    about = tomllib.loads((source / "pyproject.toml").read_text("utf-8"))["project"]
    package = about["name"].replace("-", "_")
    shutil.copytree(source / package, target / package, ignore=shutil.ignore_patterns("__pycache__"))
    describe(target, about["name"], about["version"], about["entry-points"]["pytest11"])


def describe(target: Path, name: str, version: str, plugins: dict[str, str]) -> None:
    folder = target / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (folder / "entry_points.txt").write_text("[pytest11]\n" + "".join(f"{key} = {value}\n" for key, value in plugins.items()))


@pytest.fixture
def site(project, monkeypatch: pytest.MonkeyPatch, tmp_path_factory) -> Path:
    """A directory of installed distributions, for runs in this process and in others."""
    folder = tmp_path_factory.mktemp("site")
    project.syspathinsert(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return folder


def small_pack(site: Path, name: str, version: str, text: str) -> None:
    module = name.replace("-", "_")
    (site / f"{module}.py").write_text(HEAD + text)
    describe(site, name, version, {name: module})


HOOK = "\ndef pytest_readiness_rules():\n    return [{}]\n"


def test_a_pack_is_named_wherever_its_rules_are(project, site) -> None:
    small_pack(site, "readiness-small", "2.1", code() + HOOK.format("acme_team"))
    reports = [f"--readiness-report={name}:out.{name}" for name in ("sarif", "markdown", "html")]
    result = project.runpytest("--readiness-only", "-p", "no:cacheprovider", "--readiness-report=json:out.json", *reports)
    result.stdout.fnmatch_lines(["readiness packs: readiness-small 2.1"])
    made = report(project)
    assert list(schema.violations(yaml.parse("out.json", (project.path / "out.json").read_text())[0], "report")) == []
    assert made["run"]["packs"] == [{"name": "readiness-small", "version": "2.1"}]
    origins = {rule["id"]: (rule["pack"], rule["pack_version"]) for rule in made["rules"]}
    assert (origins["acme.team"], origins["k8s.pdb"]) == (("readiness-small", "2.1"), ("pytest-readiness", None))
    assert "readiness-small 2.1" in (project.path / "out.markdown").read_text()
    assert "readiness-small 2.1" in (project.path / "out.html").read_text()
    project.runpytest("--readiness-explain=acme.team").stdout.fnmatch_lines(["[*][*]From[*][*] readiness-small 2.1"])
    project.runpytest("--readiness-rules").stdout.fnmatch_lines(["acme.team * from readiness-small 2.1"])
    project.runpytest("--readiness-explain=k8s.pdb").stdout.no_fnmatch_line("*From*")
    assert "readiness/" not in str(checks(project))  # its examples are run where it is made


def test_sarif_has_a_pack_as_an_extension(project, site) -> None:
    small_pack(site, "readiness-small", "2.1", code() + HOOK.format("acme_team"))
    project.runpytest("--readiness-only", "-p", "no:cacheprovider", "--readiness-report=sarif:out.sarif")
    text = (project.path / "out.sarif").read_text()
    Sarif.model_validate_json(text)
    (run,) = json.loads(text)["runs"]
    (extension,) = run["tool"]["extensions"]
    assert (extension["name"], extension["version"], [rule["id"] for rule in extension["rules"]]) == (
        "readiness-small",
        "2.1",
        ["acme.team"],
    )
    driver = run["tool"]["driver"]["rules"]
    assert "acme.team" not in [rule["id"] for rule in driver]
    for result in run["results"]:
        if result["ruleId"] == "acme.team":
            assert result["rule"] == {"id": "acme.team", "index": 0, "toolComponent": {"index": 0}} and "ruleIndex" not in result
        else:
            assert driver[result["ruleIndex"]]["id"] == result["ruleId"] and "rule" not in result
    put(project, "other.sarif", text.replace('"name": "pytest-readiness"', '"name": "other"'))
    put(project, "readiness.yaml", "imports: [{file: other.sarif}]\n")
    assert {name.partition("[")[0] for name in checks(project, only="other.acme")} == {"deploy.yaml::other.acme.team"}
    origins = [(rule["pack"], rule["pack_version"]) for rule in report(project)["rules"] if rule["id"] == "other.acme.team"]
    assert origins == [("other", report(project)["run"]["version"])]


def test_two_packs_with_one_rule_id_are_an_error_that_names_both(project, site) -> None:
    small_pack(site, "readiness-one", "1.0", code() + HOOK.format("acme_team"))
    small_pack(site, "readiness-two", "2.0", code(on="docker.stage") + HOOK.format("acme_team"))
    (line,) = mistakes(project)
    for origin, place in (("readiness-one 1.0", "readiness_one.py:4"), ("readiness-two 2.0", "readiness_two.py:4")):
        assert f"that of {origin} at {site / place}" in line
    assert line.startswith("two rules are called acme.team: ")


@pytest.mark.parametrize("name", ["k8s.pdb", "live.rto", "readiness.parses"])
def test_a_pack_with_the_id_of_a_built_in_rule_is_an_error(project, site, name) -> None:
    small_pack(site, "readiness-one", "1.0", code(name, on="docker.stage") + HOOK.format(name.replace(".", "_")))
    assert mistakes(project) == [f"{name} of readiness-one 1.0 (at {site}/readiness_one.py:4) has the id of a built-in rule"]


def test_a_criterion_with_the_id_of_a_packs_rule_is_told_which(project, site) -> None:
    small_pack(site, "readiness-one", "1.0", code() + HOOK.format("acme_team"))
    put(project, "readiness/team.py", HEAD + code())
    (line,) = mistakes(project)
    where = f"(at {site}/readiness_one.py:4)"
    assert line == f"readiness/team.py:4:1: acme.team: a rule of readiness-one 1.0 {where} has this id already; give this one another"


def test_a_criterion_made_of_a_packs_rule_is_the_projects(project, site) -> None:
    small_pack(site, "readiness-one", "1.0", code() + HOOK.format("acme_team"))
    put(project, "readiness.yaml", "criteria:\n  - {id: acme.app, use: acme.team, with: {label: app}, draft: true}\n")
    assert checks(project)["deploy.yaml::acme.app[Deployment/web]"] == "passed"
    origins = {rule["id"]: (rule["pack"], rule["pack_version"]) for rule in report(project)["rules"]}
    assert (origins["acme.app"], origins["acme.team"]) == (("readiness.yaml", None), ("readiness-one", "1.0"))


def test_a_conftest_may_hand_on_a_rule_of_a_pack(project, site) -> None:
    small_pack(site, "readiness-one", "1.0", code() + HOOK.format("acme_team"))
    put(project, "conftest.py", "from readiness_one import acme_team\n\ndef pytest_readiness_rules():\n    return [acme_team]\n")
    put(project, "readiness/team.py", "import pytest_readiness\nfrom readiness_one import acme_team\n")
    assert checks(project) == {"deploy.yaml::acme.team[Deployment/web]": "failed"}
    assert {rule["pack"] for rule in report(project)["rules"] if rule["id"] == "acme.team"} == {"readiness-one"}


KNOWN_GAP = """\
from pytest_readiness import Span, Waiver

def pytest_readiness_waivers():
    return [Waiver("k8s.hpa", "deploy.yaml", "OPS-1", "me", {}, Span("tickets"))]
"""
BROKEN = [
    (
        "def pytest_readiness_rules():\n    1 / 0\n",
        "readiness-one 1.0: pytest_readiness_rules: ZeroDivisionError: division by zero (SITE:4)",
    ),
    (
        "def pytest_readiness_rules():\n    yield 1 / 0\n",
        "readiness-one 1.0: pytest_readiness_rules: ZeroDivisionError: division by zero (SITE:4)",
    ),
    ("def pytest_readiness_rules():\n    import nowhere\n", "readiness-one 1.0: pytest_readiness_rules: ModuleNotFoundError: * (SITE:4)"),
    ("def team(x): ...\n" + HOOK.format("team"), "readiness-one 1.0: pytest_readiness_rules: team is no Rule: is @rule missing?"),
    (
        "from pytest_readiness import Format\nclass Own(Format): ...\ndef pytest_readiness_formats():\n    return [Own]\n",
        "readiness-one 1.0: pytest_readiness_formats: Own is no Format: give an instance, not the class",
    ),
    ("def pytest_readiness_waivers():\n    return [{}]\n", "readiness-one 1.0: pytest_readiness_waivers: {} is no Waiver"),
    (
        KNOWN_GAP.format("'soon'"),
        "readiness-one 1.0: pytest_readiness_waivers: the waiver of k8s.hpa at deploy.yaml: until: 'soon' is no date: *",
    ),
    (
        KNOWN_GAP.format("'2999-01-01'").replace("))", "), kind='accepted')"),
        "readiness-one 1.0: pytest_readiness_waivers: the waiver of k8s.hpa at deploy.yaml: approved_by is missing: who accepted the risk",
    ),
    (
        KNOWN_GAP.format("None"),
        "readiness-one 1.0: pytest_readiness_waivers: the waiver of k8s.hpa at deploy.yaml: until must be a text, not None",
    ),
    ("def pytest_readiness_rules():\n    return 5\n", "readiness-one 1.0: pytest_readiness_rules: 5 is no list of Rules"),
    (
        "def pytest_readiness_report():\n    return [1]\n",
        "readiness-one 1.0: pytest_readiness_report: [[]1] is no mapping of names to functions",
    ),
    (
        "def pytest_readiness_modify_rules(rules):\n    rules.append(3)\n",
        "readiness-one 1.0: pytest_readiness_modify_rules: 3 is no Rule: *",
    ),
    (
        "def pytest_readiness_modify_rules(rules):\n    rules.no()\n",
        "readiness-one 1.0: pytest_readiness_modify_rules: AttributeError: 'list' object has no attribute 'no' (SITE:4)",
    ),
    (
        "def pytest_readiness_report():\n    return {'json': str}\n",
        "two reports are called json: one of pytest-readiness *, one of readiness-one 1.0",
    ),
    (f"def pytest_readiness_rules():\n{code('Team')}", "SITE:*: rule Team: the id 'Team' is not like platform.name"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN, ids=[message.partition(": ")[2] for _, message in BROKEN])
def test_a_broken_pack_is_named(project, site, text, message) -> None:
    indented = text.replace("\n", "\n    ") if "@rule" in text else text
    small_pack(site, "readiness-one", "1.0", indented)
    lines = [line.replace(f"{site}/readiness_one.py", "SITE") for line in mistakes(project, "--readiness-report=json:out.json")]
    pytest.LineMatcher(lines).fnmatch_lines([message])


def test_known_gaps_that_are_kept_elsewhere_are_checked_without_a_file_of_them(project) -> None:
    put(
        project,
        "conftest.py",
        """\
from pytest_readiness import Span, Waiver

def pytest_readiness_waivers():
    yield Waiver("k8s.hpa", "gone.yaml", "OPS-1", "me", "2999-01-01", Span("https://tickets.example.com/OPS-1"))
    yield Waiver("k8s.min-replicas", "deploy.yaml", "OPS-2", "me", "2999-01-01", Span("https://tickets.example.com/OPS-2"))
""",
    )
    for workers in ("-n0", "-n2"):
        found = checks(project, workers, only="readiness.waiver")
        assert found == {"readiness-waivers.yaml::readiness.waiver[k8s.hpa gone.yaml]": "failed"}
    put(project, "readiness.yaml", "waivers: {max-days: 30}\n")
    assert len(checks(project, only="readiness.waiver")) == 2


def test_a_report_of_a_pack_that_crashes_costs_no_other(project, site) -> None:
    small_pack(
        site,
        "readiness-one",
        "1.0",
        "def render(report):\n    return report['no']\n\ndef pytest_readiness_report():\n    return {'one': render}\n",
    )
    result = project.runpytest(
        "--readiness-only", "-p", "no:cacheprovider", "--readiness-report=one:one.txt", "--readiness-report=json:out.json"
    )
    result.stdout.fnmatch_lines([f"REPORT * was not written: KeyError: 'no' ({site}/readiness_one.py:4)"])
    assert report(project)["run"]["packs"] == [{"name": "readiness-one", "version": "1.0"}]


def test_what_a_pack_registers_besides_is_of_that_pack(project, site) -> None:
    text = code() + "class More:\n    def pytest_readiness_rules(self):\n        return [acme_team]\n"
    small_pack(site, "readiness-one", "1.0", text + "def pytest_configure(config):\n    config.pluginmanager.register(More())\n")
    checks(project)
    assert {rule["pack_version"] for rule in report(project)["rules"] if rule["id"] == "acme.team"} == {"1.0"}


def test_a_plugin_that_is_no_distribution_is_called_by_its_name(project, site) -> None:
    (site / "loose.py").write_text(HEAD + code() + HOOK.format("acme_team"))
    checks(project, "-p", "loose")
    assert {(rule["pack"], rule["pack_version"]) for rule in report(project)["rules"] if rule["id"] == "acme.team"} == {("loose", None)}
    assert report(project)["run"]["packs"] == []


def test_settings_that_a_docstring_cannot_have_are_told_at_the_rule(project, site) -> None:
    fence = BAD + "\n    ```yaml with readiness.yaml\n    option: {}\n    ```" + GOOD
    small_pack(site, "readiness-one", "1.0", code(fences=fence) + HOOK.format("acme_team"))
    put(project, "test_rules.py", "from pytest_readiness.testing import examples_of\n\nTestExamples = examples_of('readiness_one')\n")
    result = project.runpytest_subprocess("-p", "no:cacheprovider", "test_rules.py")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([f"{site}/readiness_one.py:4: acme.team: the example cannot be read: readiness.yaml:1:1: *option*"])


# -- the pack that is shown


@pytest.mark.parametrize(
    "shown", [named(block) for block in fences("packs.md", "python") if not block.startswith("# conftest.py")], ids=lambda shown: shown[0]
)
def test_the_page_shows_the_code_of_the_pack(shown) -> None:
    name, block = shown
    for part in block.partition("\n")[2].strip("\n").split("\n\n"):
        assert part in (PACK / name).read_text("utf-8")


def test_the_page_shows_the_pyproject_of_the_pack() -> None:
    written = (PACK / "pyproject.toml").read_text("utf-8").splitlines()
    assert [line for line in fences("packs.md", "toml")[0].splitlines() if line not in written] == []


@pytest.fixture
def acme(project, site) -> pytest.Pytester:
    install(PACK, site)
    return project


def test_the_pack_that_is_shown_passes_its_own_tests(project, site) -> None:
    install(PACK, site)
    shutil.copytree(PACK / "tests", project.path / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    result = project.runpytest_subprocess("-p", "no:cacheprovider", "-v", "tests")
    result.stdout.fnmatch_lines(["tests/test_rules.py::TestExamples::test_example[[]acme.own-registry[[]good-2[]][]] PASSED*"])
    counts = result.parseoutcomes()
    assert counts.keys() == {"passed"} and counts["passed"] >= 25


def test_the_tests_of_a_pack_find_what_is_wrong_with_its_examples(project, site) -> None:
    rules = code(fences=GOOD + GOOD.replace("good", "bad")) + code("acme.more", fences=BAD)
    hook = "\ndef pytest_readiness_rules(config, platform):\n    assert config and platform is None\n    return [acme_team, acme_more]\n"
    small_pack(site, "readiness-one", "1.0", rules + hook)
    shutil.copy(PACK / "tests/test_rules.py", project.path)
    test = (project.path / "test_rules.py").read_text().replace("readiness_acme.plugin", "readiness_one")
    (project.path / "test_rules.py").write_text(test)
    result = project.runpytest_subprocess("-p", "no:cacheprovider", "test_rules.py")
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(
        [f"{site}/readiness_one.py:*: acme.more: has no good sample: write one that must pass*", "*: acme.team: a bad example passes"]
    )


def test_the_pack_that_is_shown_judges_playbooks_and_the_page_shows_what_it_says(acme) -> None:
    playbook, tickets = fences("packs.md", "yaml")[0], fences("packs.md", "json")[0]
    put(acme, named(playbook)[0], playbook)
    put(acme, "tickets.json", tickets)
    result = acme.runpytest_subprocess("--readiness-only", "-p", "no:cacheprovider", "--readiness-report=acme-csv:board.csv", "site.yml")
    said = result.stdout.str()
    shown = [block for block in fences("packs.md", "console") if "site.yml" in block]
    assert shown
    for block in shown:
        for line in block.splitlines():
            assert line.startswith("$") or line == "..." or line.strip("_ ") in said, line
    assert (acme.path / "board.csv").read_text().startswith("outcome,priority,rule,path,line,resource\n")
    assert "ansible.file-mode,site.yml" in (acme.path / "board.csv").read_text()


def test_all_hooks_of_the_pack_that_is_shown_are_at_work(acme) -> None:
    ticket = {
        "key": "OPS-1",
        "rule": "acme.team-label",
        "where": "deploy.yaml::*",
        "summary": "soon",
        "assignee": "me",
        "due": "2999-01-01",
    }
    put(acme, "tickets.json", json.dumps([ticket]))
    found = checks(acme, only="")
    assert found["deploy.yaml::acme.team-label[Deployment/web]"] == "xfailed"
    priorities = {rule["id"]: rule["priority"] for rule in report(acme)["rules"]}
    assert (priorities["k8s.min-replicas"], priorities["k8s.pdb"]) == ("P0", "P0")
    put(acme, "readiness/tasks.yaml", TASKS)
    assert checks(acme)["readiness/tasks.yaml::acme.named[bad]"] == "passed"


TASKS = """\
criteria:
  - id: acme.named
    title: A task has a name
    on: ansible.task
    require: {name: present}
    remedy: name it
    good:
      site.yml: |
        - hosts: web
          tasks:
            - name: Ping
              ansible.builtin.ping:
    bad:
      site.yml: |
        - hosts: web
          tasks:
            - ansible.builtin.ping:  # <--
"""
