"""What a criterion has to say of a resource: findings at the places of what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import NamedTuple
from typing import TypeVar

from ..checks import applies
from ..checks import evaluate
from ..formats.relations import RELATIONS
from ..formats.views import View
from ..model import Finding
from ..model import ParseFailure
from ..model import Resource
from ..model import Rule
from ..model import Span
from ..project import Project
from ..testing import verdicts
from ..unknown import Unresolved
from ..unknown import is_unknown
from . import operators
from .demands import Asked
from .demands import Block
from .demands import Demands
from .demands import FileDemand
from .globs import matching
from .operators import Condition
from .operators import shown
from .paths import Found
from .paths import Path

T = TypeVar("T")


class _Wrong(NamedTuple):
    """What is wrong, and where: at something written, or around something that is not there."""

    message: str
    span: Span
    is_written: bool


@dataclass
class _Verdict:
    """What is wrong, and why the rest is not known."""

    findings: list[_Wrong] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def add(self, message: str, span: Span, *, is_written: bool = False) -> None:
        self.findings.append(_Wrong(message, span, is_written))


@dataclass(frozen=True)
class Judge:
    """Judges resources by what is asked; ``rules`` are those that ``satisfied_by`` names."""

    demands: Demands
    rules: Mapping[str, Rule] = field(default_factory=dict)
    secret: bool = False
    advice: bool = False

    def concerns(self, resource: Resource) -> bool:
        """Whether ``when`` and ``unless`` let the criterion apply; raises `Unresolved` where that is not known."""
        return narrowed(self.demands.when, self.demands.unless, resource)

    def findings(self, resource: Resource, project: Project) -> Iterator[Finding]:
        """The findings; raises `Unresolved` behind them where something is not known."""
        verdict = _Verdict()
        for item in self._items(resource, verdict):
            self._block(self.demands.block, resource, item, project, verdict)
            if self.demands.any_of:
                self._alternatives(resource, item, project, verdict)
        message = self.demands.message
        for wrong in verdict.findings:
            yield Finding(f"{message}: {wrong.message}" if message else wrong.message, wrong.span, advice=self.advice)
        if verdict.unknown:
            raise Unresolved(verdict.unknown[0])

    def _items(self, resource: Resource, verdict: _Verdict) -> Iterator[View | None]:
        """The things that are asked: the resource itself, or each item of it."""
        if self.demands.each is None:
            yield None
            return
        for found in self.demands.each.find(resource):
            if found.view is not None and is_unknown(found.value):
                verdict.unknown.append(found.value.source)
            elif found.view is not None:
                yield found.view

    def _block(self, block: Block, resource: Resource, item: View | None, project: Project, verdict: _Verdict) -> None:
        for path, condition in block.require:
            self._require(path, condition, resource, item, verdict)
        for path, condition in block.forbid:
            self._forbid(path, condition, resource, item, verdict)
        for name in block.has:
            if _known(lambda name=name: next(RELATIONS[resource.kind][name](resource, project), None) is None, verdict):  # type: ignore[misc]
                verdict.add(f"has no {name}", resource.span if item is None else item.span)
        for demand in block.files:
            _files(demand, project, verdict)
        if block.satisfied_by:
            self._satisfied(block.satisfied_by, resource, project, verdict)

    def _require(self, path: Path, condition: Condition, resource: Resource, item: View | None, verdict: _Verdict) -> None:
        found = list(_found(path, resource, item, verdict))
        for place in found:
            if unmet := _known(lambda place=place: condition.unmet(place), verdict):  # type: ignore[misc]
                verdict.add(f"{path.text} {self._hidden(unmet, place)}", place.span, is_written=place.view is not None)
        if condition.is_unique:
            _unique(path, found, verdict)

    def _forbid(self, path: Path, condition: Condition, resource: Resource, item: View | None, verdict: _Verdict) -> None:
        for place in _found(path, resource, item, verdict):
            if _known(lambda place=place: condition.holds(place), verdict):  # type: ignore[misc]
                if any(name in operators.OPERATORS for name, _ in condition.asked):
                    state = f"is {shown(place.value if place.view is not None else condition.default)}"
                else:
                    state = "is set" if place.view is not None else "is not set"
                verdict.add(f"{path.text} {self._hidden(state, place)}", place.span, is_written=place.view is not None)

    def _hidden(self, state: str, place: Found) -> str:
        return state if not self.secret or place.view is None else "is not as it must be"

    def _alternatives(self, resource: Resource, item: View | None, project: Project, verdict: _Verdict) -> None:
        """One alternative is enough; all must certainly be wrong for a finding."""
        wrong = []
        doubts = []
        for block in self.demands.any_of:
            found = _Verdict()
            self._block(block, resource, item, project, found)
            if not found.findings and not found.unknown:
                return
            if found.findings:
                wrong.append(found.findings[0])
            else:
                doubts += found.unknown
        if doubts:
            verdict.unknown.append(doubts[0])
        else:
            messages = dict.fromkeys(each.message for each in wrong)
            around = resource.span if item is None else item.span
            verdict.add(f"none of the alternatives holds: {'; '.join(messages)}", _place(wrong, around))

    def _satisfied(self, names: tuple[str, ...], resource: Resource, project: Project, verdict: _Verdict) -> None:
        doubts = []
        for name in names:
            rule = self.rules[name]
            if resource.kind in rule.on:
                outcomes = [evaluate(rule, resource, project)] if applies(rule, resource, project) else []
            else:
                outcomes = list(verdicts(rule, project))
            crash = next((outcome.crash for outcome in outcomes if outcome.crash is not None), None)
            if crash is not None:
                raise crash
            if outcomes and not any(outcome.failing for outcome in outcomes):
                unknown = next((outcome.unknown for outcome in outcomes if outcome.unknown is not None), None)
                if unknown is None:
                    return
                doubts.append(unknown)
        if doubts:
            verdict.unknown.append(doubts[0])
        else:
            verdict.add(f"satisfies none of {', '.join(names)}", resource.span)


def _place(wrong: list[_Wrong], around: Span) -> Span:
    """Where no alternative holds: at something that is written and wrong; else around what all of them miss."""
    missed = {each.span for each in wrong}
    otherwise = missed.pop() if len(missed) == 1 else around
    return next((each.span for each in wrong if each.is_written and each.span != around), otherwise)


def narrowed(when: tuple[Asked, ...], unless: Asked, resource: Resource) -> bool:
    """Whether all of one alternative of ``when`` holds of a resource and nothing of ``unless``; of several values at a path, one is enough.

    Raises `Unresolved` where that is not known.
    """
    return _one(when, resource) and not any(_any(path, condition, resource) for path, condition in unless)


def _one(alternatives: tuple[Asked, ...], resource: Resource) -> bool:
    doubt: Unresolved | None = None
    for asked in alternatives:
        try:
            if all(_any(path, condition, resource) for path, condition in asked):
                return True
        except Unresolved as unresolved:
            doubt = doubt or unresolved
    if doubt is not None:
        raise doubt
    return not alternatives


def _any(path: Path, condition: Condition, resource: Resource) -> bool:
    return any(condition.holds(place) for place in path.find(resource))


def _known(ask: Callable[[], T], verdict: _Verdict) -> T | None:
    """An answer, or a note why there is none."""
    try:
        return ask()
    except Unresolved as unresolved:
        verdict.unknown.append(unresolved.reason)
        return None


def _found(path: Path, resource: Resource, item: View | None, verdict: _Verdict) -> Iterator[Found]:
    try:
        yield from path.find(resource, item)
    except Unresolved as unresolved:
        verdict.unknown.append(unresolved.reason)


def _unique(path: Path, found: list[Found], verdict: _Verdict) -> None:
    seen: dict[str, Span] = {}
    for place in found:
        if place.view is None:
            continue
        if is_unknown(place.value):
            verdict.unknown.append(place.value.source)
            continue
        text = repr(place.value)
        if text in seen:
            verdict.add(f"{path.text} is {shown(place.value)} for the second time, first on line {seen[text].line}", place.span)
        seen.setdefault(text, place.span)


def _files(demand: FileDemand, project: Project, verdict: _Verdict) -> None:
    found = matching(demand.glob, project.paths)
    if len(found) < demand.at_least:
        fewer = f"{len(found)} files match {demand.glob}, not at least {demand.at_least}"
        verdict.add(fewer if found else f"there is no {demand.glob}", Span("."))
    if demand.at_most is not None and len(found) > demand.at_most:
        reason = "must not be there" if demand.at_most == 0 else f"is one of {len(found)}, at most {demand.at_most} may be there"
        verdict.add(f"{found[demand.at_most]} {reason}", Span(found[demand.at_most]))
    for path in found if demand.contains or demand.lacks else ():
        try:
            _contents(path, project.text(path), demand, verdict)
        except (ParseFailure, Unresolved) as reason:
            verdict.unknown.append(f"{path}: {reason.reason}")


def _contents(path: str, text: str, demand: FileDemand, verdict: _Verdict) -> None:
    if demand.contains and not operators.fitting(demand.contains, text).search(text):
        verdict.add(f"{path} has nothing like {demand.contains} in it", Span(path))
    end = operators.fitting(demand.lacks, text).ends(text) if demand.lacks else None
    if end is not None:
        verdict.add(f"{path} has something like {demand.lacks} in it", _line(path, text, end))


def _line(path: str, text: str, end: int) -> Span:
    """The line on which a match ends."""
    last = max(end - 1, 0)
    start = text.rfind("\n", 0, last) + 1
    stop = text.find("\n", last)
    return Span.within(path, text, start, stop if stop >= 0 else len(text))
