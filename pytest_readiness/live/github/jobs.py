"""The names under which the jobs of a repository's workflows report their checks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from ...project import Project
from ...text import brief

if TYPE_CHECKING:
    from ...formats.github.workflow import Job

MAX_NAMES = 2000
MAX_CALLS = 10
ANY = ("", "")
_EXPRESSION = re.compile(r"\$\{\{.{0,500}?\}\}", re.DOTALL)

Name = tuple[str, ...]  # what stands between the parts that only a run knows


@dataclass(frozen=True)
class Names:
    """What jobs are called; ``complete`` where every workflow could be read."""

    known: tuple[Name, ...]
    complete: bool

    @property
    def any(self) -> bool:
        """Whether there is any job at all."""
        return bool(self.known)

    @property
    def told(self) -> str:
        """The names, for a message."""
        return f" ({brief(', '.join('*'.join(name) for name in self.known), 100)})" if self.known else ""

    def has(self, check: str) -> bool:
        """Whether a job may report a check of this name."""
        return any(_is(check, name) for name in self.known)


def names_of(project: Project) -> Names:
    """The names of all jobs of the workflows that run by themselves."""
    from ...formats.github.workflow import HOME
    from ...formats.github.workflow import SUFFIXES
    from ...formats.github.workflow import workflows_of

    workflows = workflows_of(project)
    jobs = (job for workflow in workflows.values() if not workflow.is_reusable_only for job in workflow.jobs)
    found = list(islice((name for job in jobs for name in _names(job, project)), MAX_NAMES + 1))
    files = [path for path in project.below(HOME) if path.endswith(SUFFIXES)]
    return Names(tuple(dict.fromkeys(found[:MAX_NAMES])), len(found) <= MAX_NAMES and all(path in workflows for path in files))


def _names(job: Job, project: Project, depth: int = 0) -> Iterator[Name]:
    """A job's own name; of one that calls a workflow ``caller / job`` for each job there."""
    own = _own(job)
    if job.uses is None:
        yield own
        return
    called = job.called_jobs(project) if depth < MAX_CALLS else ()
    inner = (name for other in called for name in _names(other, project, depth + 1)) if called else iter((ANY,))
    for name in inner:
        yield (*own[:-1], f"{own[-1]} / {name[0]}", *name[1:])


def _own(job: Job) -> Name:
    named = job.data.get("name")
    text = str(named) if isinstance(named, (str, int, float)) else job.name
    parts = tuple(_EXPRESSION.split(text))
    if len(parts) == 1 and "matrix" in job.mapping("strategy"):  # GitHub adds the values where the name has none
        return (f"{text} (", ")")
    return parts


def _is(check: str, name: Name) -> bool:
    """Whether a text is a name with something in its gaps; in linear time, since both are from outside."""
    first, *rest = name
    if not rest:
        return check == first
    *middle, last = rest
    if not check.startswith(first) or not check.endswith(last) or len(check) < len(first) + len(last):
        return False
    start, end = len(first), len(check) - len(last)
    for part in middle:
        found = check.find(part, start, end)
        if found < 0:
            return False
        start = found + len(part)
    return True
