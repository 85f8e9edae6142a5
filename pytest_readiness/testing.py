"""Run the examples in rules' docstrings: for our own tests and for the tests of a pack."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace

from .checks import Outcome
from .checks import applies
from .checks import evaluate
from .formats.base import Format
from .model import Example
from .model import Rule
from .project import Project
from .settings import load
from .settings import rule_settings


def verdicts(rule: Rule, project: Project) -> Iterator[Outcome]:
    """The outcome of a rule on every resource of a project that it applies to."""
    for kind in rule.on:
        resources = [*project.resources(kind), *(r for r in project.repository if r.kind == kind)]
        yield from (evaluate(rule, resource, project) for resource in resources if applies(rule, resource, project))


def check_example(rule: Rule, example: Example, formats: Sequence[Format] | None = None) -> None:
    """Raise AssertionError unless the example is judged as it claims.

    A good example needs a check and no finding; a bad one needs findings, and where lines are marked
    (``# <--``) exactly these lines. Options are set by a `readiness.yaml` among its files.
    """
    project = Project.of(example.files, formats)
    settings = load(project)
    project.configuration = settings.configuration
    rule = replace(rule, settings=rule_settings(rule, settings))
    failures = [failure for path in (*project.paths, *project.homes) if (c := project.contents(path)) for failure in c.failures]
    assert not failures, f"{rule.id}: the example cannot be read: {failures[0]}"
    outcomes = list(verdicts(rule, project))
    assert outcomes, f"{rule.id}: the rule applies to nothing in the example"
    for outcome in outcomes:
        if outcome.crash is not None:
            raise outcome.crash
        assert outcome.unknown is None, f"{rule.id}: unknown: {outcome.unknown}"
    found = {(finding.span.path, finding.span.line) for outcome in outcomes for finding in outcome.failing}
    messages = [finding.message for outcome in outcomes for finding in outcome.failing]
    if example.good:
        assert not found, f"{rule.id}: a good example fails: {messages}"
    else:
        assert found, f"{rule.id}: a bad example passes"
        assert not example.marks or found == example.marks, f"{rule.id}: marked {sorted(example.marks)}, found {sorted(found)}: {messages}"
