"""A check for every policy rule and input: the messages of the rule are its findings."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from typing import Any

from ..authoring import CATEGORIES
from ..configuration import Policies
from ..model import Finding
from ..model import ParseFailure
from ..model import Priority
from ..model import Resource
from ..model import Rule
from ..model import Span
from ..project import once
from ..text import brief
from ..text import safe
from .places import place
from .policies import Compiled
from .policies import answers
from .policies import compiled
from .policies import documents
from .policies import judged_files
from .policies import namespaces
from .source import JUDGING
from .source import Head
from .source import Policy

if TYPE_CHECKING:
    from ..project import Project

PRIORITIES = {"deny": Priority.P1, "violation": Priority.P1, "warn": Priority.P3}
SEVERITIES = {"CRITICAL": Priority.P0, "HIGH": Priority.P1, "MEDIUM": Priority.P2, "LOW": Priority.P3, "INFO": Priority.P3}
_LONGEST = 500  # characters of a message
_EFFORT = "30m"


@dataclass(frozen=True, eq=False)
class PolicyInput(Resource):
    """A file as policies see it; ``parser`` is the one that conftest would take for it."""

    parser: str


@dataclass(frozen=True, eq=False)
class CombinedInput(Resource):
    """All files as one input."""


@once
def rules(project: Project) -> tuple[Rule, ...]:
    """The rules of the policies that compile, in the packages that the settings name. Without an engine they judge nothing."""
    settings, found = project.configuration.rego, compiled(project)
    if settings is None:
        return ()
    made = tuple(_rules(found, settings))
    return made if found.engine is not None else tuple(replace(rule, when=_never) for rule in made)


def _never(_: Resource) -> bool:
    return False


def _rules(found: Compiled, settings: Policies) -> Iterator[Rule]:
    wanted = namespaces(found, settings)
    heads: dict[tuple[str, str], list[tuple[Policy, Head]]] = {}
    for policy in found.policies:
        for head in policy.heads if policy.package in wanted else ():
            if JUDGING(head.name):
                heads.setdefault((policy.namespace, head.name), []).append((policy, head))
    for (namespace, name), places in heads.items():
        yield _rule(namespace, name, places, settings)


def _rule(namespace: str, name: str, places: list[tuple[Policy, Head]], settings: Policies) -> Rule:
    policy, head = next(((policy, head) for policy, head in places if head.notes), places[0])
    custom = head.notes.get("custom")
    custom = custom if isinstance(custom, Mapping) else {}
    kind, own = name.partition("_")[0], _priority(custom)
    category = str(custom.get("category", ""))
    return Rule(
        id=f"rego.{namespace}.{name}",
        priority=settings.priorities.get(kind, PRIORITIES[kind]) if own is None else own,
        on=("rego.combined",) if settings.combine else ("rego.input",),
        category=category if category in CATEGORIES else "Governance",
        title=_line(head.notes.get("title")) or f"{name} of the policies in package {namespace} has no message",
        why=_line(head.notes.get("description")) or f"The policy {policy.path} says so.",
        remedy=_line(custom.get("remedy")) or "do what the message of the policy says",
        check=partial(_check, namespace=namespace, name=name, at=policy.at(head.line)),
        check_needs_project=True,
        effort=_EFFORT,
        source=f"{policy.path}:{head.line}",
        pack=policy.path,
    )


def _priority(custom: Mapping[str, Any]) -> Priority | None:
    said = str(custom.get("priority", "")).upper()
    if said in Priority.__members__:
        return Priority[said]
    return SEVERITIES.get(str(custom.get("severity", "")).upper())


def _line(value: Any) -> str:
    return safe(brief(value, _LONGEST)) if isinstance(value, str) else ""


def _check(resource: Resource, project: Project, *, namespace: str, name: str, at: Span) -> Iterator[Finding]:
    path = "." if isinstance(resource, CombinedInput) else resource.path
    if isinstance(resource, PolicyInput):
        try:
            documents(project, path, resource.parser)
        except ParseFailure as failure:
            yield resource.finding(f"cannot be read as {resource.parser}: {failure.reason}", failure.span)
            return
    for number, found in enumerate(answers(project).get(path, ())):
        answer = found[f"{namespace}.{name}"]
        if answer.error:
            yield resource.finding(f"{name} could not be evaluated for {resource.name}: {brief(answer.error, _LONGEST)}", at)
            continue
        exception = found.get(f"{namespace}.exception")
        excepted = exception is not None and _is_excepted(name, exception.value)
        for message in _messages(name, answer.value):
            span = _span(message, resource, number, project)
            if excepted:
                yield resource.advice(f"excepted by data.{namespace}.exception: {message}", span)
            else:
                yield resource.finding(message, span)


def _messages(name: str, value: Any) -> Iterator[str]:
    """The messages of a rule, which conftest wants in a set or a list; what is neither but holds would be lost with it."""
    for each in value or ():
        if isinstance(each, list):
            for message in each:
                text = message.get("msg") if isinstance(message, dict) else message
                if isinstance(message, dict) and not isinstance(text, str):
                    yield f"{name} gives an object without a text called msg"
                elif text != "":
                    yield brief(text if isinstance(text, str) else str(text), _LONGEST)
        elif each is True or (each and isinstance(each, (str, dict))):
            yield f"{name} holds but is no set of messages, so that conftest would say nothing: write {name} contains msg if {{ ... }}"


def _is_excepted(name: str, value: Any) -> bool:
    """Whether the exceptions of a package name a rule: by what stands behind deny_ or violation_, ``""`` for the bare ones."""
    listed = {each for exceptions in value or () if isinstance(exceptions, list) for names in exceptions for each in _names(names)}
    kind, _, suffix = name.partition("_")
    return name in listed or (kind in ("deny", "violation") and suffix in listed)


def _names(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _span(message: str, resource: Resource, number: int, project: Project) -> Span | None:
    if isinstance(resource, PolicyInput):
        found = documents(project, resource.path, resource.parser)
        return place(message, resource.path, found[number], project) if number < len(found) else None
    files = judged_files(project)
    named = [path for path in files if path in message]
    spans = {place(message, path, document, project) for path in named or files for document in documents(project, path, files[path])}
    exact = [span for span in spans if span.line]
    if len(exact) == 1:
        return exact[0]
    return Span(named[0]) if len(named) == 1 else None
