"""The repository itself: what repository-wide rules judge, whatever files there are."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ..model import ParseFailure
from ..model import Resource
from ..model import Span
from ..project import Project
from .base import Format

ROOT = Span(".")
CODEOWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
MAX_SEGMENTS = 64
_OWNER = re.compile(r"@[\w./-]+|[^\s@]+@[^\s@]+").fullmatch
_WORD = re.compile(r"(?:\\.|[^\s\\])+")


@dataclass(frozen=True)
class OwnerRule:
    """One line of a CODEOWNERS file: a pattern and who owns what it matches; nobody, where it names none."""

    pattern: str
    owners: tuple[str, ...]
    span: Span

    def matches(self, path: str) -> bool:
        """Whether the pattern covers a file: like .gitignore, but ``docs/*`` is only what lies directly in ``docs``."""
        pattern = self.pattern.replace("\\", "").replace("[", "[[]")
        below = pattern.endswith("/")
        segments = [part for part in pattern.split("/") if part][:MAX_SEGMENTS]
        if "/" not in pattern.rstrip("/"):
            segments.insert(0, "**")
        if below:
            segments.append("**")
        return _match(segments, path.split("/"))


def _match(segments: list[str], parts: list[str]) -> bool:
    """Whether the segments match the whole path, or a directory above it unless the last one is a bare ``*``."""
    reached = {0}  # how many parts the segments so far can have used up
    for index, segment in enumerate(segments):
        if segment == "**":
            first = min(reached, default=len(parts)) + (index == len(segments) - 1)  # a directory does not match itself
            reached = set(range(first, len(parts) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(parts) and fnmatchcase(parts[at], segment)}
    return len(parts) in reached if segments[-1:] in (["*"], ["**"]) else bool(reached) and bool(segments)


def owner_rules(path: str, text: str) -> tuple[OwnerRule, ...]:
    """The lines of a CODEOWNERS file that have a pattern."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        words = _WORD.findall(line.partition(" #")[0])
        if words and words[0][0] != "#":
            owners = tuple(word for word in words[1:] if _OWNER(word))
            found.append(OwnerRule(words[0], owners, Span(path, number, 1, number, len(line.rstrip()) + 1)))
    return tuple(found)


def codeowners(project: Project) -> tuple[str, tuple[OwnerRule, ...]] | None:
    """The CODEOWNERS file that GitHub reads, which is the first there is, and its lines; None without one."""
    for path in CODEOWNERS:
        if project.exists(path):
            try:
                return path, owner_rules(path, project.text(path))
            except ParseFailure:
                return path, ()
    return None


def owner_of(path: str, rules: tuple[OwnerRule, ...]) -> OwnerRule | None:
    """The last line that covers a file, which decides."""
    return next((rule for rule in reversed(rules) if rule.matches(path)), None)


class Repository(Format):
    """Claims no file; its one resource, of kind ``repo``, always exists, so that absence can fail."""

    name = "repository"

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        return False

    def repository(self, project: Project) -> Iterable[Resource]:
        yield Resource("repo", "repo", ROOT)
