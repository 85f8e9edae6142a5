"""What a rule says of a project, as one word."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_readiness import Project
from pytest_readiness import builtin
from pytest_readiness.testing import verdicts


def judge(rule_id: str, project: Project | Mapping[str, str]) -> str:
    """``none`` without an item, else the worst of fail, unknown, advice and pass."""
    given = project if isinstance(project, Project) else Project.of(project)
    rule = next(rule for rule in builtin.rules(rule_id.partition(".")[0]) if rule.id == rule_id)
    outcomes = list(verdicts(rule, given))
    for outcome in outcomes:
        assert outcome.crash is None, outcome.crash
    if any(outcome.failing for outcome in outcomes):
        return "fail"
    if any(outcome.unknown for outcome in outcomes):
        return "unknown"
    if any(outcome.advice for outcome in outcomes):
        return "advice"
    return "pass" if outcomes else "none"


def names() -> list[str]:
    """The ids of all built-in rules on files."""
    return [rule.id for platform in builtin.platforms() for rule in builtin.rules(platform)]
