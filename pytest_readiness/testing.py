"""Run the examples in rules' docstrings: for our own tests and for the tests of a pack.

A pack's whole test of its rules is ``TestExamples = examples_of("its.plugin.module")``.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

from . import builtin
from .checks import Outcome
from .checks import applies
from .checks import evaluate
from .formats.base import Format
from .model import Example
from .model import ParseFailure
from .model import Rule
from .project import Project
from .registry import unique
from .settings import load
from .settings import rule_settings

MISSING = {
    "good": "has no good sample: write one that must pass, so that the criterion is known to let something through",
    "bad": "has no bad sample: write one that must fail, so that the criterion is known to find something",
}


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
    try:
        settings = load(project)
    except ParseFailure as failure:
        return f"the example cannot be read: {failure}"
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


def numbered(examples: Sequence[Example]) -> Iterator[tuple[str, int | None]]:
    """The examples by name and number, the good ones first: ``good``, ``bad``, ``bad-2``; no number for a kind that is missing."""
    for name in MISSING:
        count = Counter[str]()
        for number, example in enumerate(examples):
            if example.good is (name == "good"):
                count[name] += 1
                yield name if count[name] == 1 else f"{name}-{count[name]}", number
        if not count:
            yield name, None


def examples_of(plugin: str) -> type:
    """A test class for all rules of a pack: each example a test, a rule without a good or a bad one a failing test.

    ``plugin`` is the module of the pack's ``pytest11`` entry point, which need not be installed.
    """

    class Examples:
        def pytest_generate_tests(self, metafunc: Any) -> None:
            if "example" not in metafunc.fixturenames:
                return
            formats = [*_hooked(plugin, "pytest_readiness_formats", metafunc.config), *builtin.formats()]
            cases = {
                f"{rule.id}[{name}]": (rule, MISSING[name] if number is None else rule.examples[number], formats)
                for rule in unique(_hooked(plugin, "pytest_readiness_rules", metafunc.config))
                for name, number in numbered(rule.examples)
            }
            metafunc.parametrize(("rule", "example", "formats"), cases.values(), ids=cases)

        def test_example(self, rule: Rule, example: Example | str, formats: Sequence[Format]) -> None:
            import pytest  # which runs this

            if reason := example if isinstance(example, str) else problem(rule, example, formats):
                pytest.fail(f"{rule.source}: {rule.id}: {reason}", pytrace=False)

    return Examples


def _hooked(plugin: str, hook: str, config: Any) -> list[Any]:
    """What a plugin's implementation of a hook gives, called with what it takes."""
    implementation = getattr(import_module(plugin), hook, None)
    if implementation is None:
        return []
    given = {"config": config, "platform": None}
    return list(implementation(**{name: given[name] for name in inspect.signature(implementation).parameters}))
