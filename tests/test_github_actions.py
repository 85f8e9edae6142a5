"""What a workflow of GitHub shows, the action, and the hooks of pre-commit."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from pytest_readiness.reports import github

ROOT = Path(__file__).parent.parent
COMMAND = re.compile(r"^::(?P<level>error|warning|notice) (?P<properties>[^:]*)::(?P<message>.*)$")


@pytest.fixture
def workflow(toy, monkeypatch) -> pytest.Pytester:
    """A project in a step of a workflow."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(toy.path))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(toy.path / "summary.md"))
    monkeypatch.delenv("PYTEST_RUN_PATH", raising=False)
    return toy


def commands(result: pytest.RunResult) -> list[tuple[str, dict[str, str], str]]:
    found = [match for line in result.outlines if (match := COMMAND.match(line))]
    return [(m["level"], dict(pair.split("=", 1) for pair in m["properties"].split(",")), m["message"]) for m in found]


def run(pytester: pytest.Pytester, *args: str) -> pytest.RunResult:
    return pytester.runpytest("--readiness-only", "-p", "no:cacheprovider", *args)


def test_findings_are_annotated_p0_first(workflow, write) -> None:
    write(a_toy="four: long\ntwo: bad\n", wanted_toy="")
    assert commands(run(workflow)) == [
        (
            "error",
            {"file": "a.toy", "line": "2", "endLine": "2", "col": "6", "endColumn": "9", "title": "P0 toy.good"},
            "the line two is bad",
        ),
        ("error", {"file": "a.toy", "line": "1", "endLine": "1", "col": "1", "endColumn": "11", "title": "P1 toy.short"}, "too long"),
    ]


def test_no_more_than_the_runner_shows(workflow, write) -> None:
    write(a_toy="".join(f"line{number}: bad\n" for number in range(30)), wanted_toy="")
    found = commands(run(workflow))
    assert len(found) == 10
    assert found[-1][2] == "and 21 more findings of this level, which GitHub would not show: see the job summary"


def test_paths_are_those_of_the_repository(workflow, write, monkeypatch) -> None:
    write(a_toy="two: bad\n", wanted_toy="")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(workflow.path.parent))
    assert commands(run(workflow))[0][1]["file"] == f"{workflow.path.name}/a.toy"
    monkeypatch.setenv("PYTEST_RUN_PATH", "service")
    assert commands(run(workflow))[0][1]["file"] == "service/a.toy"


def test_the_summary_is_the_review_and_is_added_to(workflow, write) -> None:
    write(a_toy="two: bad\n", wanted_toy="", summary_md="before\n")
    run(workflow)
    text = (workflow.path / "summary.md").read_text()
    assert text.startswith("before\n# ⛔ Production readiness: BLOCKED\n")


@pytest.mark.parametrize("ini", ["readiness_github = false"])
def test_it_can_be_switched_off(workflow, write, ini) -> None:
    write(a_toy="two: bad\n", tox_ini=f"[pytest]\n{ini}\n")
    assert commands(run(workflow)) == []
    assert not (workflow.path / "summary.md").exists()


def test_nothing_is_annotated_elsewhere(workflow, write, monkeypatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS")
    write(a_toy="two: bad\n")
    assert commands(run(workflow)) == []


def test_nothing_is_annotated_twice(workflow, write, monkeypatch) -> None:
    write(a_toy="two: bad\n")
    installed = [(None, type("Dist", (), {"project_name": github.ANNOTATOR, "version": "1"})())]
    monkeypatch.setattr("pluggy.PluginManager.list_plugin_distinfo", lambda _: installed)
    assert commands(run(workflow)) == []


def test_scanned_text_is_no_command(workflow, write) -> None:
    write(a_toy="x,y%;;error title=a;;b: bad\n".replace(";;", "::", 0), wanted_toy="")
    result = run(workflow)
    ((_, properties, message),) = [found for found in commands(result) if found[1]["title"].endswith("good")]
    assert "%25" in message
    assert set(properties) == {"file", "line", "endLine", "col", "endColumn", "title"}


def test_a_summary_that_cannot_be_written_is_told(workflow, write, monkeypatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(workflow.path / "none" / "summary.md"))
    write(a_toy="one: ok\n", wanted_toy="")
    result = run(workflow)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["REPORT      *summary.md was not written: No such file or directory"])


# -- the action


def action() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))


def test_the_action_takes_its_inputs_through_the_environment() -> None:
    steps = action()["runs"]["steps"]
    assert [step["name"] for step in steps] == ["Install", "Judge"]
    assert all("${{" not in step["run"] for step in steps)


@pytest.mark.parametrize(("line", "code"), [("one: ok", 0), ("one: bad", 1)])
def test_the_action_judges_and_names_its_reports(toy, write, tmp_path, line, code) -> None:
    """The script of its second step, with the installed plugin in place of the one its first step installs."""
    write(**{"sub dir__a_toy": f"{line}\n", "sub dir__wanted_toy": "", "sub dir__tox_ini": "[pytest]\n"})
    (toy.path / "conftest.py").rename(toy.path / "sub dir" / "conftest.py")
    binaries = tmp_path / "pytest-readiness" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "pytest").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m pytest "$@"\n')
    (binaries / "pytest").chmod(0o755)
    judge = action()["runs"]["steps"][1]
    environment = {"DIRECTORY": "sub dir", "ARGUMENTS": "-p no:cacheprovider -q", "SARIF": "r.sarif", "JUNIT": "r.xml"}
    assert set(judge["env"]) == set(environment)
    environment |= {**os.environ, "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "output")}
    environment.pop("GITHUB_ACTIONS", None)
    done = subprocess.run(["bash", "-e", "-c", judge["run"]], cwd=toy.path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert (tmp_path / "output").read_text() == "sarif=sub dir/r.sarif\njunit=sub dir/r.xml\n"
    assert (toy.path / "sub dir" / "r.sarif").exists()
    assert (toy.path / "sub dir" / "r.xml").exists()


# -- pre-commit


def test_the_hooks_run_what_they_say(toy, write) -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    assert set(hooks) == {"readiness", "readiness-changed"}
    for hook in hooks.values():
        assert (hook["language"], hook["pass_filenames"], hook["require_serial"]) == ("python", False, True)
    write(a_toy="two: bad\n", wanted_toy="")
    program, *arguments = shlex.split(hooks["readiness"]["entry"])
    assert program == "pytest"
    assert toy.runpytest(*arguments).ret == 1
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run(["git", *identity, *command], cwd=toy.path, check=True, capture_output=True)
    assert toy.runpytest(*shlex.split(hooks["readiness-changed"]["entry"])[1:]).ret == 0
    write(a_toy="two: bad\n\n")
    assert toy.runpytest(*shlex.split(hooks["readiness-changed"]["entry"])[1:]).ret == 1
