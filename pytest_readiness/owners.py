"""Who closes a gap: as the policy says, else the code owners of the file."""

from __future__ import annotations

from functools import cache

from .formats.repository import codeowners
from .formats.repository import owner_of
from .planning import OwnerOf
from .policy import Policy
from .project import Project
from .text import safe


def owners(policy: Policy, project: Project) -> OwnerOf:
    """A function from a rule and a file to its owners, separated by spaces; empty where nobody is named."""
    found = codeowners(project)

    @cache
    def by_file(path: str) -> str:
        line = owner_of(path, found[1]) if found else None
        return safe(" ".join(line.owners)) if line else ""

    def owner(rule: str, path: str) -> str:
        named = next((entry.owner for entry in policy.owners if entry.covers(rule, path)), None)
        return by_file(path) if named is None else named

    return owner
