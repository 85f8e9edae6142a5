"""The checks of the criteria themselves: that their samples are judged as they claim, and that they judge anything at all."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace

from ..governance import SAMPLE
from ..model import Example
from ..model import Finding
from ..model import Resource
from ..model import Rule
from ..model import Span
from ..project import Project
from ..testing import MISSING
from ..testing import numbered
from ..testing import problem


@dataclass(frozen=True, eq=False)
class OwnRule:
    """A criterion of the project as a rule: where it stands, the file whose it is, the places of its examples, who closes its gaps."""

    rule: Rule
    span: Span
    path: str
    places: tuple[Span, ...] = ()
    owner: str = ""


@dataclass(frozen=True, eq=False)
class Sample(Resource):
    """A sample of a criterion, or that one is missing. What is wrong with that of a draft is advice."""

    rule: Rule
    example: Example | None

    def says(self, message: str) -> Finding:
        return self.advice(message) if self.rule.draft else self.finding(message)


@dataclass(frozen=True, eq=False)
class Use(Resource):
    """Whether a criterion judges anything in the project."""

    is_used: bool


def checks(own: OwnRule, used: Iterable[str] | None) -> Iterator[tuple[Rule, Resource]]:
    """The checks of a criterion; ``used`` are the rules that judge something, None where that is not known."""
    rule = own.rule
    judged = replace(
        rule, on=(SAMPLE,), check=_sample, check_needs_project=True, when=None, when_options=(), settings={}, options=(), needs=""
    )
    for name, number in numbered(rule.examples):
        example = None if number is None else rule.examples[number]
        place = own.places[number] if number is not None and number < len(own.places) else own.span
        yield judged, Sample(SAMPLE, name, place, rule=rule, example=example)
    if used is not None:
        yield replace(judged, check=_use, check_needs_project=False), Use(SAMPLE, "used", own.span, is_used=rule.id in used)


def _sample(sample: Sample, project: Project) -> Iterator[Finding]:
    if sample.example is None:
        yield sample.says(MISSING[sample.name])
        return
    if reason := problem(sample.rule, sample.example, project.formats):
        yield sample.says(reason)


def _use(use: Use) -> Iterator[Finding]:
    if not use.is_used:
        yield use.advice("judges nothing in the whole repository: are its kind and its conditions what they should be?")
