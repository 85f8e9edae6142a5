"""The checks of the criteria themselves: that their samples are judged as they claim, and that they judge anything at all."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace

from ..governance import SAMPLE
from ..model import Example
from ..model import Finding
from ..model import ParseFailure
from ..model import Resource
from ..model import Rule
from ..project import Project
from ..testing import problem
from .compile import Compiled

MISSING = {
    "bad": "has no bad sample: write one that must fail, so that the criterion is known to find something",
    "good": "has no good sample: write one that must pass, so that the criterion is known to let something through",
}


@dataclass(frozen=True, eq=False)
class Sample(Resource):
    """A sample of a criterion, or that one is missing. What is wrong with that of a draft is advice."""

    rule: Rule
    example: Example | None
    draft: bool

    def says(self, message: str) -> Finding:
        return self.advice(message) if self.draft else self.finding(message)


@dataclass(frozen=True, eq=False)
class Use(Resource):
    """Whether a criterion judges anything in the project."""

    is_used: bool


def checks(compiled: Compiled, used: Iterable[str] | None) -> Iterator[tuple[Rule, Resource]]:
    """The checks of a criterion; ``used`` are the rules that judge something, None where that is not known."""
    criterion, rule = compiled.criterion, compiled.rule
    judged = replace(
        rule, on=(SAMPLE,), check=_sample, check_needs_project=True, when=None, when_options=(), settings={}, options=(), needs=""
    )
    for kind in ("good", "bad"):
        written = [sample for sample in compiled.samples if sample.example.good is (kind == "good")]
        for number, sample in enumerate(written, 1):
            name = kind if number == 1 else f"{kind}-{number}"
            yield judged, Sample(SAMPLE, name, sample.span, rule=rule, example=sample.example, draft=criterion.draft)
        if not written:
            yield judged, Sample(SAMPLE, kind, criterion.span, rule=rule, example=None, draft=criterion.draft)
    if used is not None:
        yield replace(judged, check=_use, check_needs_project=False), Use(SAMPLE, "used", criterion.span, is_used=criterion.id in used)


def _sample(sample: Sample, project: Project) -> Iterator[Finding]:
    if sample.example is None:
        yield sample.says(MISSING[sample.name])
        return
    try:
        reason = problem(sample.rule, sample.example, project.formats)
    except ParseFailure as failure:
        reason = f"the example cannot be read: {failure}"
    if reason:
        yield sample.says(reason)


def _use(use: Use) -> Iterator[Finding]:
    if not use.is_used:
        yield use.advice("judges nothing in the whole repository: are its kind and its conditions what they should be?")
