"""How a criterion is written: ``@rule`` on a function whose docstring holds title, reason and examples."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from types import FunctionType
from typing import Any

from .model import Example
from .model import Finding
from .model import Option
from .model import Priority
from .model import Rule

is_id = re.compile(r"[a-z][a-z0-9]*(\.[a-z][a-z0-9-]*)+").fullmatch
_KIND = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*").fullmatch
is_effort = re.compile(r"[0-9]+[mhd]").fullmatch
_FENCE = re.compile(r"^```(?P<language>\w+) (?P<role>good|bad|with)(?: (?P<path>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"[ \t]*(?:#|//) ?<--.*$")

P0, P1, P2, P3 = Priority

CATEGORIES = (
    "Security & Compliance",
    "Monitoring & Observability",
    "Governance",
    "Resilience/DR",
    "Deployment automation",
    "Performance",
    "CI/CD",
    "IaC",
    "Docker",
    "Kubernetes & Helm",
    "Environment configuration",
    "Cost",
    "Testing",
    "Release mgmt",
)

DEFAULT_FILES = {
    "docker": "Dockerfile",
    "compose": "compose.yaml",
    "k8s": "manifest.yaml",
    "helm": "Chart.yaml",
    "kustomize": "kustomization.yaml",
    "argo": "manifest.yaml",
    "tf": "main.tf",
    "gha": ".github/workflows/ci.yml",
    "env": ".env.example",
}


class RuleError(Exception):
    """A rule that is not well-formed: what is wrong with it, and the file and line of the rule, where it has one."""

    def __init__(self, reason: str, source: str = "") -> None:
        super().__init__(reason, source)
        self.reason = reason
        self.source = source

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}" if self.source else self.reason


def rule(
    id: str,
    priority: Priority,
    *,
    on: str | tuple[str, ...],
    category: str,
    remedy: str,
    when: Callable[..., bool] | None = None,
    aliases: tuple[str, ...] = (),
    standards: tuple[str, ...] = (),
    effort: str = "30m",
    secret: bool = False,
    needs: str = "",
    draft: bool = False,
) -> Callable[[Callable[..., Iterable[Finding] | None]], Rule]:
    """Make a function ``check(resource[, project], *, option=default) -> findings`` a `Rule`.

    ``on`` names the kinds of resources, ``when(resource[, project], *, option=default)`` narrows them: where
    it is false there is no check at all. The docstring's first line is the title, its prose the reason, its
    fences (```` ```yaml bad ````, ``good``, with an optional path; ``with path`` adds a file to the example
    before) the documentation and the tests: every ``# <--`` marks a line a finding must point at.
    ``effort`` is what closing the gap takes: ``30m``, ``2h``, ``1d``. ``secret`` hides the values that
    findings point at. ``needs`` names an option without which the rule makes no check: what a project
    must say first, such as its target versions. ``draft``: a wrong or missing example is advice for now.
    Raises `RuleError` with file and line for anything that is not well-formed.
    """

    def decorate(check: Callable[..., Iterable[Finding] | None]) -> Rule:
        if not isinstance(check, FunctionType):
            raise RuleError(f"rule {id}: a rule is a function, not {check!r}")
        code = check.__code__
        source = f"{code.co_filename}:{code.co_firstlineno}"
        problems = []
        if not is_id(id):
            problems.append(f"the id {id!r} is not like platform.name")
        if not isinstance(priority, Priority):
            problems.append(f"the priority {priority!r} is none of P0, P1, P2 and P3 of pytest_readiness")
        problems += wrong_values(category, remedy, effort)
        for name, listed in (("aliases", aliases), ("standards", standards)):
            if isinstance(listed, str):
                problems.append(f"{name} must be a tuple: ({listed!r},)")
        kinds = (on,) if isinstance(on, str) else tuple(map(str, on or ()))
        if not kinds:
            problems.append("on must be a kind of resources, or a tuple of kinds")
        problems += [f"{kind!r} is not a kind" for kind in kinds if not _KIND(kind)]
        if when is not None and not callable(when):
            problems.append(f"when must be a function, not {when!r}")
        doc = inspect.cleandoc(check.__doc__ or "")
        title, _, rest = doc.partition("\n")
        why = _FENCE.sub("", rest).strip()
        if not title or not why:
            problems.append("the docstring needs a title line and a reason")
        if "```" in why:
            problems.append("a fence that is none of good, bad or with")
        if not 1 <= code.co_argcount <= 2:
            problems.append("a check takes the resource and, at most, the project")
        options = _options(check)
        when_options = _options(when) if when is not None and hasattr(when, "__kwdefaults__") else ()
        if len(options) < code.co_kwonlyargcount:
            problems.append("every option needs a default")
        if twice := {option.name for option in options} & {option.name for option in when_options}:
            problems.append(f"the options {', '.join(sorted(twice))} of both the check and its condition")
        if needs and needs not in {option.name for option in options}:
            problems.append(f"needs the option {needs!r}, which it does not have")
        found: tuple[Example, ...] = ()
        try:
            found = examples(rest, id.partition(".")[0], *(kind.partition(".")[0] for kind in kinds))
        except RuleError as error:
            problems.append(error.reason)
        if problems:
            raise RuleError(f"rule {id}: {'; '.join(problems)}", source)
        return Rule(
            id=id,
            priority=priority,
            on=kinds,
            category=category,
            title=title.rstrip("."),
            why=re.sub(r"\n{3,}", "\n\n", why),
            remedy=remedy,
            check=check,
            check_needs_project=code.co_argcount == 2,
            when=when,
            when_needs_project=when is not None and _takes_two(when),
            when_options=tuple(option.name for option in when_options),
            aliases=aliases,
            standards=standards,
            effort=effort,
            secret=secret,
            needs=needs,
            options=(*options, *when_options),
            examples=found,
            source=source,
            draft=draft,
        )

    return decorate


def wrong_values(category: Any, remedy: Any, effort: Any) -> Iterator[str]:
    """What is wrong with what people write of a rule, wherever they do."""
    if category not in CATEGORIES:
        yield f"unknown category {category!r} (known: {', '.join(CATEGORIES)})"
    if not isinstance(remedy, str) or not remedy.strip():
        yield "the remedy must be a short imperative phrase"
    if not isinstance(effort, str) or not is_effort(effort):
        yield f"the effort {effort!r} is not like 30m, 2h or 1d"


def _options(check: Callable[..., Any]) -> tuple[Option, ...]:
    """The keyword-only parameters; read from the function itself, since `inspect.signature` is slow for many rules."""
    defaults, annotations = check.__kwdefaults__ or {}, check.__annotations__
    return tuple(Option(name, default, _type_name(annotations.get(name, ""))) for name, default in defaults.items())


def _type_name(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))


def _takes_two(when: Callable[..., bool]) -> bool:
    code = getattr(when, "__code__", None)
    return code.co_argcount == 2 if code else len(inspect.signature(when).parameters) == 2


def examples(text: str, *platforms: str) -> tuple[Example, ...]:
    """The examples in a docstring, in order; a file without a path gets the usual name of the first platform that has one."""
    usual = next((DEFAULT_FILES[platform] for platform in platforms if platform in DEFAULT_FILES), "file")
    found: list[tuple[bool, str, dict[str, str], set[tuple[str, int]]]] = []
    for fence in _FENCE.finditer(text):
        path = fence["path"] or usual
        if fence["role"] != "with":
            found.append((fence["role"] == "good", fence["language"], {}, set()))
        if not found:
            raise RuleError("a `with` fence needs an example before it")
        _, _, files, marks = found[-1]
        texts, more = marked({path: fence["text"]})
        files.update(texts)
        marks.update(more)
    return tuple(Example(good, files, frozenset(marks), language) for good, language, files, marks in found)


def marked(files: Mapping[str, str]) -> tuple[dict[str, str], frozenset[tuple[str, int]]]:
    """Texts by path without their ``# <--``, and the places (path, line) where these stood."""
    marks = {(path, number) for path, text in files.items() for number, line in enumerate(text.split("\n"), 1) if _MARK.search(line)}
    return {path: "\n".join(_MARK.sub("", line) for line in text.split("\n")) for path, text in files.items()}, frozenset(marks)
