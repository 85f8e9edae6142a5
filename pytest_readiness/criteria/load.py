"""All criteria of a project: their rules by platform, who closes their gaps, and the checks of their files."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass

from .. import builtin
from ..model import ParseFailure
from ..model import Resource
from ..model import Rule
from ..policy import Owner
from ..project import Project
from .compile import Compiled
from .compile import Compiler
from .compile import Find
from .files import read
from .mistakes import Mistakes
from .samples import checks


@dataclass(frozen=True)
class Criteria:
    """The criteria of a run."""

    all: tuple[Compiled, ...] = ()

    def rules(self, platform: str | None) -> tuple[Rule, ...]:
        """The rules that judge something of a platform; all of them for None."""
        found = (compiled.rule for compiled in self.all)
        return tuple(rule for rule in found if platform is None or any(kind.partition(".")[0] == platform for kind in rule.on))

    @property
    def owners(self) -> tuple[Owner, ...]:
        """Who closes the gaps of the criteria that say so."""
        return tuple(Owner(c.criterion.owner, (c.criterion.id,)) for c in self.all if c.criterion.owner)

    def checks(
        self, path: str, selects: Callable[[str], bool], used: Callable[[], Collection[str]] | None
    ) -> Iterator[tuple[Rule, Resource]]:
        """The checks of the criteria in a file; ``used`` gives the rules that judge anything, where all of the project is asked for."""
        found = [c for c in self.all if c.criterion.span.path == path and selects(c.criterion.id)]
        known = used() if used is not None and found else None
        for compiled in found:
            yield from checks(compiled, known)


def load(
    project: Project, find: Find, names: Callable[[], Iterable[str]], kinds: Iterable[str] = ()
) -> tuple[Criteria, list[ParseFailure]]:
    """The criteria of a project and everything that is wrong in their files; with a mistake there are no criteria."""
    mistakes = Mistakes()
    criteria = list(read(project, mistakes, kinds))
    compiled = tuple(Compiler(criteria, find, names, mistakes).compiled())
    return (Criteria() if mistakes else Criteria(compiled)), mistakes.all


def builtin_rule(name: str) -> Rule | None:
    """A built-in rule by its id."""
    platform = name.partition(".")[0]
    if platform not in builtin.platforms():
        return None
    return next((rule for rule in builtin.rules(platform) if rule.id == name), None)


def builtin_names() -> Iterator[str]:
    """The ids of all built-in rules, read from their files."""
    for platform in builtin.platforms():
        yield from (f"{platform}.{path.stem.replace('_', '-')}" for path in (builtin.RULES / platform).glob("[a-z]*.py"))
