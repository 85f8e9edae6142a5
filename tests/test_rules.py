"""Every rule's own examples, and what every rule must have."""

from __future__ import annotations

from collections import Counter

import pytest

from pytest_readiness import Rule
from pytest_readiness import builtin
from pytest_readiness.model import Example
from pytest_readiness.testing import check_example

RULES = [rule for platform in builtin.platforms() for rule in builtin.rules(platform)]
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.id}-{'good' if example.good else 'bad'}-{number}")
    for rule in RULES
    for number, example in enumerate(rule.examples, 1)
]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_example_is_judged_as_it_claims(rule: Rule, example: Example) -> None:
    check_example(rule, example)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_shows_what_to_avoid_and_what_to_prefer(rule: Rule) -> None:
    assert {example.good for example in rule.examples} == {True, False}
    assert any(example.marks for example in rule.examples if not example.good), "no bad example marks the line with # <--"
    assert rule.remedy and not rule.remedy.endswith(".")
    assert rule.remedy[:1].islower() or not rule.remedy[1:2].islower(), "a remedy is a phrase behind 'remedy:'"
    assert len(rule.title) <= 90 and not rule.title.startswith("Check")


def test_ids_and_aliases_are_unique() -> None:
    for values in ([rule.id for rule in RULES], [f"{rule.id} {alias}" for rule in RULES for alias in rule.aliases]):
        assert [value for value, count in Counter(values).items() if count > 1] == []
