"""All criteria of a project: their rules by platform, who closes their gaps, and the checks of their files."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..model import ParseFailure
from ..model import Resource
from ..model import Rule
from ..policy import Owner
from ..project import Project
from . import python
from .compile import Compiler
from .compile import Find
from .files import read
from .mistakes import Mistakes
from .mistakes import whose
from .samples import OwnRule
from .samples import checks


@dataclass(frozen=True)
class Criteria:
    """The criteria of a run."""

    all: tuple[OwnRule, ...] = ()

    def rules(self, platform: str | None) -> tuple[Rule, ...]:
        """The rules that judge something of a platform; all of them for None."""
        found = (own.rule for own in self.all)
        return tuple(rule for rule in found if platform is None or any(kind.partition(".")[0] == platform for kind in rule.on))

    @property
    def owners(self) -> tuple[Owner, ...]:
        """Who closes the gaps of the criteria that say so."""
        return tuple(Owner(own.owner, (own.rule.id,)) for own in self.all if own.owner)

    def checks(
        self, path: str, selects: Callable[[str], bool], used: Callable[[], Collection[str]] | None
    ) -> Iterator[tuple[Rule, Resource]]:
        """The checks of the criteria in a file; ``used`` gives the rules that judge anything, where all of the project is asked for."""
        found = [own for own in self.all if own.path == path and selects(own.rule.id)]
        known = used() if used is not None and found else None
        for own in found:
            yield from checks(own, known)


def load(
    project: Project, find: Find, names: Callable[[], Iterable[str]], kinds: Iterable[str] = (), conftest: Mapping[str, Any] | None = None
) -> tuple[Criteria, list[ParseFailure]]:
    """The criteria of a project and everything that is wrong in their files; with a mistake there are no criteria.

    ``conftest`` are the names of the root's ``conftest.py``; with None nothing of the project is imported.
    """
    mistakes = Mistakes()
    known = tuple(kinds)
    own = {} if conftest is None else _in_python(project, find, known, conftest, mistakes)
    rules = {name: each.rule for name, each in own.items()}
    criteria = list(read(project, mistakes, known))
    compiler = Compiler(criteria, lambda name: rules.get(name) or find(name), lambda: (*names(), *rules), mistakes)
    found = (*own.values(), *compiler.compiled())
    return (Criteria() if mistakes else Criteria(found)), mistakes.all


def _in_python(project: Project, find: Find, kinds: Iterable[str], conftest: Mapping[str, Any], mistakes: Mistakes) -> dict[str, OwnRule]:
    """The criteria in Python by id, but for rules that a plugin gives already."""
    found: dict[str, OwnRule] = {}
    for own in python.read(project, conftest, mistakes, kinds):
        given = find(own.rule.id)
        other = found.setdefault(own.rule.id, own)
        if other is not own:
            mistakes.add(own.span, f"{own.rule.id}: another criterion has this id, at {other.span}")
        elif given is not None and given.check is own.rule.check:
            del found[own.rule.id]
        elif given is not None:
            mistakes.add(own.span, f"{own.rule.id}: {whose(given)} has this id already; give this one another")
    return found
