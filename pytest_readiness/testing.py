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
    """Raise AssertionError unless the example is judged as it claims."""
    if reason := problem(rule, example, formats):
        raise AssertionError(f"{rule.id}: {reason}")


def problem(rule: Rule, example: Example, formats: Sequence[Format] | None = None) -> str:
    """Why an example is not judged as it claims; empty where it is.

    A good example needs a check and no finding; a bad one needs findings, and where lines are marked
    (``# <--``) exactly these lines. Options are set by a `readiness.yaml` among its files.
    """
    project = Project.of(example.files, formats)
    settings = load(project)
    project.configuration = settings.configuration
    rule = replace(rule, settings={**rule.settings, **rule_settings(rule, settings)})
    failures = [failure for path in (*project.paths, *project.homes) if (c := project.contents(path)) for failure in c.failures]
    if failures:
        return f"the example cannot be read: {failures[0]}"
    outcomes = list(verdicts(rule, project))
    if not outcomes:
        return "the rule applies to nothing in the example"
    for outcome in outcomes:
        if outcome.crash is not None:
            raise outcome.crash
        if outcome.unknown is not None:
            return f"unknown: {outcome.unknown}"
    findings = [finding for outcome in outcomes for finding in outcome.failing]
    told = "; ".join(f"{finding.span}: {finding.message}" for finding in findings)
    if example.good:
        return f"a good example fails: {told}" if findings else ""
    if not findings:
        return "a bad example passes"
    found = {(finding.span.path, finding.span.line) for finding in findings}
    if example.marks and found != example.marks:
        return f"what is found is not what is marked, {' and '.join(f'{path}:{line}' for path, line in sorted(example.marks))}: {told}"
    return ""
