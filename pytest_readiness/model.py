"""The values everything else is made of: frozen, and ignorant of pytest and of every format."""

from __future__ import annotations

import enum
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import NamedTuple

PACK = "pytest-readiness"  # where rules come from that say nothing else


class Priority(enum.IntEnum):
    """How soon a gap must be closed: P0 now, P1 within a week, P2 within a month, P3 later."""

    P0 = 0
    P1 = 1
    P2 = 2
    P3 = 3

    def __str__(self) -> str:
        return self.name


class Span(NamedTuple):
    """A piece of a file: lines and columns count from 1, the end column is exclusive.

    ``path`` is relative to the project root, with forward slashes. Line 0 means the file (or
    directory) as a whole, for a thing that has no place in a text.
    """

    path: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path

    @classmethod
    def within(cls, path: str, text: str, start: int, end: int) -> Span:
        """The place of a piece of a text, cut off at the end of its first line."""
        line = text.count("\n", 0, start) + 1
        column = start - text.rfind("\n", 0, start)
        width = len(text[start:end].partition("\n")[0].rstrip())
        return cls(path, line, column, line, column + max(width, 1))

    def to(self, end: Span) -> Span:
        """From the start of this span to the end of another one in the same file."""
        return Span(self.path, self.line, self.column, end.end_line, end.end_column)


class ParseFailure(Exception):
    """A text that could not be read, and why; raised or handed on as a value.

    It becomes the failing item ``<file>::parses``, so the reason is written for a user.
    """

    def __init__(self, reason: str, span: Span) -> None:
        super().__init__(reason, span)
        self.reason = reason
        self.span = span

    def __str__(self) -> str:
        return f"{self.span}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule has to say about a resource: a message for the user at the place of the cause.

    Advice is shown and counted but does not fail the check.
    """

    message: str
    span: Span
    advice: bool = False


@dataclass(frozen=True, eq=False)
class Resource:
    """One thing that a rule can judge; formats derive their own with the domain's vocabulary.

    ``kind`` is ``platform.thing`` (``k8s.container``), ``name`` is unique in its file and does not
    change when lines move (``Deployment/web/app``), ``span`` is its head line, not its whole body.

    What is not judged as it is written but as it is rendered, built or called has a ``home``: the
    directory whose checks these are (``charts/shop``). ``for_environment`` is the one it was made for, whose
    name its own begins with then (``prod:Deployment/web/app``). ``third_party`` says that somebody else
    wrote it.
    """

    kind: str
    name: str
    span: Span
    home: str = field(default="", kw_only=True)
    for_environment: str = field(default="", kw_only=True)
    third_party: bool = field(default=False, kw_only=True)

    @property
    def path(self) -> str:
        """The file it stands in, relative to the project root; ``.`` for the repository itself."""
        return self.span.path

    def view(self) -> Any:
        """What it holds, as a `formats.views.View`, for criteria in YAML; None where there is nothing to look into."""
        return None

    @classmethod
    def facts(cls) -> Mapping[str, Callable[[Any], Any]]:
        """What is known of it beyond what it holds, for criteria in YAML, where the name has a dollar in front."""
        return _FACTS

    @property
    def measured(self) -> Mapping[str, Any] | None:
        """Target against actual, of what is measured; known once its check has run."""
        return None

    def finding(self, message: str, at: Span | None = None) -> Finding:
        """A reason to fail this resource, at the cause or, for something absent, at its head."""
        return Finding(message, at or self.span)

    def advice(self, message: str, at: Span | None = None) -> Finding:
        """Something worth saying that does not fail the check."""
        return Finding(message, at or self.span, advice=True)


_FACTS: Mapping[str, Callable[[Any], Any]] = {
    "name": lambda resource: resource.name,
    "path": lambda resource: resource.path,
    "environment": lambda resource: resource.for_environment or None,
    "third_party": lambda resource: resource.third_party,
}


@dataclass(frozen=True, eq=False)
class DeclaredCheck(Resource):
    """A check that ``readiness.yaml`` declares: of which rule it is one, its mark, and a priority where it has one of its own."""

    rule: str
    mark: str
    own_priority: Priority | None


@dataclass(frozen=True, slots=True)
class Example:
    """A sample from a rule's docstring: its files, whether it must pass, the lines it must name.

    ``marks`` are (path, line) of the ``# <--`` comments; findings must point at exactly these.
    """

    good: bool
    files: Mapping[str, str]
    marks: frozenset[tuple[str, int]]
    language: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """A keyword-only parameter of a rule's check that ``readiness.yaml`` may set."""

    name: str
    default: Any
    annotation: str


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One readiness criterion as code; made by :func:`pytest_readiness.rule`, never by hand.

    ``check`` yields findings for one resource; ``when`` says which resources of the kinds in ``on``
    it applies to. Both take the project as second argument where ``*_needs_project`` says so; ``when_options``
    are the options that ``when`` takes in place of ``check``.
    ``secret`` says that its findings point at secrets, whose values are not shown, ``needs`` names an
    option without which there is no check, ``draft`` that its examples are not to fail a run yet. ``pack`` is
    where it comes from: a distribution, whose version is known, or a file of the project.
    """

    id: str
    priority: Priority
    on: tuple[str, ...]
    category: str
    title: str
    why: str
    remedy: str
    check: Callable[..., Iterable[Finding] | None]
    check_needs_project: bool
    when: Callable[..., bool] | None = None
    when_needs_project: bool = False
    when_options: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    standards: tuple[str, ...] = ()
    effort: str = "30m"
    secret: bool = False
    needs: str = ""
    options: tuple[Option, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    source: str = ""
    draft: bool = False
    pack: str = PACK
    pack_version: str = ""

    @property
    def origin(self) -> str:
        """Where it comes from, for people: ``readiness-acme 1.2.0``, ``readiness/team.yaml``."""
        return f"{self.pack} {self.pack_version}".strip()

    @property
    def platform(self) -> str:
        """The part of the id before the first dot: what ``rules/<platform>/`` it lives in."""
        return self.id.partition(".")[0]

    def applies(self, resource: Resource, project: Any) -> bool:
        """Whether the rule concerns a resource of one of its kinds."""
        if self.when is None:
            return True
        options = {name: self.settings[name] for name in self.when_options if name in self.settings}
        arguments = (resource, project) if self.when_needs_project else (resource,)
        return bool(self.when(*arguments, **options))

    def findings(self, resource: Resource, project: Any) -> Iterable[Finding]:
        """What the check yields on a resource, with the rule's settings."""
        arguments = (resource, project) if self.check_needs_project else (resource,)
        options = {name: value for name, value in self.settings.items() if name not in self.when_options}
        return self.check(*arguments, **options) or ()


@dataclass(frozen=True, slots=True)
class Waiver:
    """A recorded known gap: which checks, why, who answers for it, until which day (inclusive).

    ``rule`` and ``where`` are globs; ``where`` is matched against ``path`` and ``path::resource``.
    ``until`` is an ISO date. A waiver of kind ``accepted`` names who approved it.
    """

    rule: str
    where: str
    reason: str
    owner: str
    until: str
    span: Span
    kind: str = "gap"
    approved_by: str = ""
