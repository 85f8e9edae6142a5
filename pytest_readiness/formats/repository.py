"""The repository itself: what repository-wide rules judge, whatever files there are."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable

from ..model import Resource
from ..model import Span
from ..project import Project
from .base import Format

ROOT = Span(".")


class Repository(Format):
    """Claims no file; its one resource, of kind ``repo``, always exists, so that absence can fail."""

    name = "repository"

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        return False

    def repository(self, project: Project) -> Iterable[Resource]:
        yield Resource("repo", "repo", ROOT)
