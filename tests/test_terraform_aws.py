"""The rules about AWS: the traps beyond their examples."""

from __future__ import annotations

import textwrap
from dataclasses import replace

import pytest

from pytest_readiness import Project
from pytest_readiness import builtin
from pytest_readiness.testing import verdicts

RULES = {rule.id: rule for rule in builtin.rules("tf")}
Files = dict[str, str] | str


def judged(rule: str, files: Files, **options: object) -> str:
    """``passed``, ``failed``, ``unknown`` or ``nothing``; with ``+advice``."""
    named = {"main.tf": files} if isinstance(files, str) else files
    project = Project.of({path: textwrap.dedent(text) for path, text in named.items()})
    outcomes = list(verdicts(replace(RULES[rule], settings=options), project))
    for outcome in outcomes:
        if outcome.crash is not None:
            raise outcome.crash
    advice = "+advice" if any(outcome.advice for outcome in outcomes) else ""
    if any(outcome.failing for outcome in outcomes):
        return f"failed{advice}"
    if any(outcome.unknown is not None for outcome in outcomes):
        return f"unknown{advice}"
    return f"passed{advice}" if outcomes else "nothing"


ACCOUNT = """
    provider "aws" {}
    resource "aws_db_instance" "main" {}
"""


@pytest.mark.parametrize("rule", ["tf.cloudtrail", "tf.dr-configuration"])
def test_what_another_repository_keeps_is_not_asked_here(rule: str) -> None:
    assert judged(rule, ACCOUNT) == "failed"
    assert judged(rule, ACCOUNT, kept_elsewhere=True) == "nothing"


def test_a_trail_that_stands_here_is_judged_although_the_account_keeps_one_elsewhere() -> None:
    assert judged("tf.cloudtrail", 'resource "aws_cloudtrail" "main" {}', kept_elsewhere=True) == "failed"
