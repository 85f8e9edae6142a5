"""The language is strong enough: built-in rules written as criteria judge the rules' own examples as these do, at the same lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_readiness import builtin
from pytest_readiness.criteria.load import load
from pytest_readiness.project import Project
from pytest_readiness.testing import problem

FILE = Path(__file__).parent / "criteria" / "as_rules.yaml"
CRITERIA, MISTAKES = load(Project.of({"readiness/as_rules.yaml": FILE.read_text("utf-8")}), builtin.rule, tuple)
RULES = {compiled.rule.id.removeprefix("same."): compiled.rule for compiled in CRITERIA.all}


def test_there_are_enough_of_them() -> None:
    assert MISTAKES == []
    assert len(RULES) >= 60
    assert {name.partition(".")[0] for name in RULES} >= {"k8s", "compose", "docker", "gha", "tf", "argo"}


@pytest.mark.parametrize("name", RULES)
def test_a_criterion_says_what_the_rule_says(name: str) -> None:
    rule = builtin.rule(name)
    assert rule is not None and rule.examples
    for example in rule.examples:
        assert example.good or example.marks, "every bad example of a rule says which lines"
        assert problem(RULES[name], example) == ""
