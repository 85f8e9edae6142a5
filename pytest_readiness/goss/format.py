"""goss files as files that are read: their mistakes are told without a host, and their checks stand at their lines."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..formats.base import Format
from ..model import ParseFailure
from ..model import Resource
from ..project import once
from ..unknown import Unresolved

if TYPE_CHECKING:
    from ..project import Project

# as goss and dgoss look for them
NAMES = frozenset(("goss.yaml", "goss.yml", "goss_wait.yaml", "goss_wait.yml"))
SUFFIXES = (".yaml", ".yml", ".json")


class Goss(Format):
    """A goss file: by its name, because a live check runs it, or because one of these includes it. It has no resources of its own."""

    name = "goss"

    def claims_in(self, path: str, text: Callable[[], str], project: Project) -> bool:  # noqa: ARG002 - the path says it
        return path.endswith(SUFFIXES) and (_is_first(path, project) or path in _families(project))

    def resources(self, path: str, project: Project) -> Iterable[Resource | ParseFailure]:
        from .read import load

        if "{{" in project.text(path):
            raise Unresolved("a goss file with templates: it is read once its variables are put in, where a live check runs it")
        _, mistakes = load(project, path)
        return [mistake for mistake in mistakes if mistake.span.path == path]


def _is_first(path: str, project: Project) -> bool:
    return path.rpartition("/")[2] in NAMES or path in project.configuration.goss


@once
def _families(project: Project) -> dict[str, frozenset[str]]:
    """Every goss file by those that lead to it, itself included."""
    firsts = [path for path in project.paths if _is_first(path, project)]
    if not firsts:
        return {}
    from .read import with_included

    found: dict[str, set[str]] = {}
    for first in firsts:
        for path in with_included(project, first):
            found.setdefault(path, set()).add(first)
    return {path: frozenset(leading) for path, leading in found.items()}


def unused(project: Project) -> list[str]:
    """The goss files that no live check runs, without those that another one includes."""
    leading = _families(project)
    return sorted(path for path, firsts in leading.items() if firsts == {path} and path not in project.configuration.goss)
