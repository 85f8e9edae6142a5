"""Which checks are about what changed since a git revision."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .git import changed_since
from .model import Finding
from .model import Resource
from .project import Project
from .project import once

# formats whose files are read together with all others of their directory
BY_DIRECTORY = frozenset(("terraform", "compose"))


@dataclass(frozen=True)
class Diff:
    """The files that differ from a revision; those that are ``removed`` are among them."""

    base: str
    changed: frozenset[str]
    removed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, root: Path, base: str) -> Diff:
        """The difference of a working tree to the commit where it left ``base``; raises `GitError`."""
        changed = changed_since(root, base)
        return cls(base, changed, frozenset(path for path in changed if not os.path.lexists(root / path)))

    def concerns(self, resource: Resource, findings: Iterable[Finding], project: Project) -> bool:
        """Whether a change touches the resource or a place its findings name.

        Files that are read together change together: the sources of a chart or overlay, a Terraform
        module's files, Compose files that are merged. The repository as a whole is concerned by a change
        of a file that its platform reads.
        """
        if resource.path == ".":
            return any(self._is_of_platform(path, resource, project) for path in self.changed)
        places = {resource.path, *(finding.span.path for finding in findings)}
        if places & self.changed:
            return True
        if resource.home:
            return resource.home in _touched_homes(project, self.changed)
        return any(self._is_read_with(place, project) for place in places)

    def _is_read_with(self, place: str, project: Project) -> bool:
        format_ = project.format_of(place)
        if format_ is None or format_.name not in BY_DIRECTORY:
            return False
        directory = place.rpartition("/")[0]
        return (directory, format_.name) in _touched_directories(project, self.changed)

    def _is_of_platform(self, path: str, resource: Resource, project: Project) -> bool:
        """Of a file that was removed only the name is known, so it may have been of any; one that is left out is of none."""
        if path in self.removed or resource.kind == "repo":
            return True
        if not project.exists(path):
            return False
        contents = project.contents(path)
        platform = resource.kind.partition(".")[0]
        return contents is not None and any(found.kind.startswith(f"{platform}.") for found in contents.resources)


@once
def _touched_homes(project: Project, changed: frozenset[str]) -> frozenset[str]:
    """The charts and overlays that are made from a changed file."""
    return frozenset(home for path in changed for home in project.homes_of(path))


@once
def _touched_directories(project: Project, changed: frozenset[str]) -> frozenset[tuple[str, str]]:
    """The directories with a changed file, and the format of that file."""
    formats = ((path.rpartition("/")[0], project.format_of(path)) for path in changed)
    return frozenset((directory, format_.name) for directory, format_ in formats if format_ is not None)
