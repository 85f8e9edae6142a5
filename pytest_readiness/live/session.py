"""What one run has to do with the declared checks: read them, contact what is asked for, give the connections back."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable
from functools import cached_property
from itertools import product
from pathlib import Path

from _pytest.mark import expression as marks

from ..model import Resource
from ..project import Project
from ..secret import Mask
from ..syntax import yaml
from . import checks
from . import contact
from . import declared
from .entries import Surroundings
from .kinds import KINDS

# what pytest raises for a wrong expression: SyntaxError since 9, its own error before
NO_EXPRESSION: tuple[type[Exception], ...] = (SyntaxError, getattr(marks, "ParseError", SyntaxError))


class Live:
    """The declared checks of a run. ``mistakes`` are what is wrong with their declarations."""

    def __init__(self, document: yaml.Document, project: Project, root: Path, today: datetime.date) -> None:
        self.project = project
        self.root = root
        self.today = today
        self._declared, self.mistakes = declared.load(document, project)

    @cached_property
    def evidence(self) -> tuple[checks.LiveCheck, ...]:
        """What needs nothing but files."""
        return tuple(checks.evidence(self._declared, self.root, self._now))

    @cached_property
    def contacts(self) -> tuple[checks.LiveCheck, ...]:
        """What contacts something."""
        targets = self._declared.targets
        mask = Mask(os.environ.get(name, "") for target in targets for name in (*target.variables, *KINDS[target.kind].variables))
        return tuple(checks.contacts(self._declared, Surroundings(self.project, self.root, os.environ, mask, self._now)))

    @property
    def _now(self) -> datetime.datetime:
        """The time now; the end of the day where the run is to be of another."""
        now = datetime.datetime.now(datetime.timezone.utc)
        if self.today == datetime.date.today():  # noqa: DTZ011 - as the run has it, whose day is a local one
            return now
        return datetime.datetime.combine(self.today, datetime.time.max, datetime.timezone.utc)

    def start(self, resources: Iterable[Resource]) -> None:
        """Contact the targets of these checks, all at once."""
        checks.start(resource for resource in resources if isinstance(resource, checks.LiveCheck))

    def finish(self) -> None:
        """Close what is open."""
        contact.finish(dict.fromkeys(check.line for check in self.contacts if check.line is not None))


def selects_live(expression: str) -> bool:
    """Whether ``-m`` names ``live`` on purpose: it selects a live check that it would not select without that mark."""
    if "live" not in expression:
        return False
    try:
        compiled = marks.Expression.compile(expression)
    except NO_EXPRESSION:
        return False  # pytest will say so

    def holds(*marks: str) -> bool:
        def is_one(name: str, /, **_: str | int | bool | None) -> bool:
            return name in ("readiness", *marks)

        return compiled.evaluate(is_one)

    others = product(("p0", "p1", "p2", "p3"), ("", "evidence"))
    return any(holds("live", priority, mark) and not holds(priority, mark) for priority, mark in others)
