"""The command that starts a rule."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from pytest_readiness import Rule
from pytest_readiness import builtin
from pytest_readiness import new_rule
from pytest_readiness.testing import check_example


def load(path: Path) -> Rule:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (rule,) = (value for value in vars(module).values() if isinstance(value, Rule))
    return rule


@pytest.mark.parametrize("platform", builtin.platforms())
def test_what_is_written_is_a_rule_whose_examples_fail(tmp_path: Path, platform: str) -> None:
    (tmp_path / platform).mkdir()
    path = new_rule.write(f"{platform}.is-new-2", folder=tmp_path)
    assert path == tmp_path / platform / "is_new_2.py"
    rule = load(path)
    assert rule.id == f"{platform}.is-new-2"
    assert set(rule.on) <= {kind for other in builtin.rules(platform) for kind in other.on}
    assert {example.good for example in rule.examples} == {True, False}
    for example in rule.examples:
        with pytest.raises(AssertionError):
            check_example(rule, example)


def test_the_kind_can_be_chosen() -> None:
    assert 'on="k8s.pod",' in new_rule.skeleton("k8s.x", "k8s.pod")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nonsense"], "'nonsense' is not like platform.some-name"),
        (["k8s.Some_Rule"], "'k8s.Some_Rule' is not like platform.some-name"),
        (["swarm.x"], "there is no platform 'swarm' (known: argo, compose,"),
        (["k8s.x", "--on=k8s.nothing"], "no rule of k8s judges 'k8s.nothing' (known: "),
        (["k8s.no-privileged"], "no_privileged.py exists"),
    ],
)
def test_it_says_why_nothing_was_written(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    assert new_rule.main(arguments) == 2
    assert message in capsys.readouterr().err


def test_the_command_says_what_comes_next(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docker").mkdir()
    monkeypatch.setattr(new_rule, "write", lambda *_: tmp_path / "docker" / "new.py")
    assert new_rule.main(["docker.new"]) == 0
    assert "pytest tests/test_rules.py -k docker.new" in capsys.readouterr().out
