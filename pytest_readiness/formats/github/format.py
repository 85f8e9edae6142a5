"""GitHub Actions: which files are workflows and actions, and what makes GitHub refuse them."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

from ...model import ParseFailure
from ...model import Resource
from ...model import Span
from ...project import Project
from ...syntax import yaml
from ...syntax.shell import Command
from ..base import Format
from .parts import Element
from .parts import Reference
from .parts import Source
from .parts import is_never
from .parts import known
from .workflow import HOME
from .workflow import Action
from .workflow import Job
from .workflow import Repository
from .workflow import Step
from .workflow import Use
from .workflow import Workflow
from .workflow import label
from .workflow import workflows_of

__all__ = [
    "Action",
    "Actions",
    "Command",
    "Element",
    "Job",
    "Reference",
    "Repository",
    "Step",
    "Use",
    "Workflow",
    "is_never",
    "known",
]

_WORKFLOW = re.compile(r"\.github/workflows/[^/]+\.ya?ml").fullmatch
_NESTED = re.compile(r"(?:.+/)?\.github/workflows/.+\.ya?ml").fullmatch
_RUNS = re.compile(r"^runs:", re.MULTILINE).search


class Actions(Format):
    """Workflows in ``.github/workflows`` of the root, where alone GitHub runs them, and actions anywhere."""

    name = "github-actions"

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        if _WORKFLOW(path):
            return True
        return path.rpartition("/")[2] in ("action.yml", "action.yaml") and bool(_RUNS(text()))

    def resources(self, path: str, project: Project) -> Iterable[Resource | ParseFailure]:
        documents = project.documents(path)
        if not documents:
            raise ParseFailure("is empty: there is no workflow in it", Span(path))
        data = documents[0].data
        if not isinstance(data, yaml.Mapping):
            raise ParseFailure("is not a mapping", documents[0].span)
        if len(documents) > 1:
            yield ParseFailure("a second YAML document, which GitHub does not read", documents[1].span)
        source = Source(path, tuple(yaml.lines(project.text(path))))
        name = path.rpartition("/")[2].rpartition(".")[0] if _WORKFLOW(path) else path.rpartition("/")[0] or "action"
        if not _WORKFLOW(path):
            action = Action("gha.action", name, data.head, data, source)
            yield action
            yield from self._steps(action)
            return
        workflow = Workflow("gha.workflow", name, data.head, data, source)
        yield from _workflow_failures(workflow)
        yield from _circle_failures(workflow)
        yield from _call_failures(workflow, project)
        yield workflow
        for job in workflow.jobs:
            yield job
            if job.uses is not None:
                yield Use("gha.uses", job.name, job.at("uses"), job.uses)
            yield from self._steps(job)

    def _steps(self, owner: Job | Action) -> Iterable[Resource | ParseFailure]:
        yield from _step_failures(owner)
        for step in owner.steps:
            yield step
            if step.uses is not None:
                prefix = f"{owner.name}/" if isinstance(owner, Job) else ""
                yield Use("gha.uses", prefix + label(step.uses.text.partition("@")[0]), step.at("uses"), step.uses)

    def repository(self, project: Project) -> Iterable[Resource]:
        workflows = tuple(workflows_of(project).values())
        nested = tuple(path for path in project.paths if ".github/" in path and _NESTED(path) and not _WORKFLOW(path))
        if workflows:
            yield Repository("gha.repository", "repo", Span("."), workflows, nested)
        if nested:
            yield Repository("gha.layout", "repo", Span("."), workflows, nested)


def _workflow_failures(workflow: Workflow) -> Iterator[ParseFailure]:
    """What makes GitHub refuse the file."""
    data = workflow.data
    if not workflow.triggers:
        yield ParseFailure("no event under `on`: the workflow never runs", workflow.at("on"))
    jobs = data.get("jobs")
    if not isinstance(jobs, yaml.Mapping) or not jobs:
        yield ParseFailure("no jobs", workflow.at("jobs"))
        return
    for name, job in jobs.items():
        if not isinstance(job, yaml.Mapping):
            yield ParseFailure(f"the job {name!r} is not a mapping", jobs.entry(name))
    for found in workflow.jobs:
        if found.uses is None and "runs-on" not in found.data:
            yield ParseFailure(f"the job {found.name!r} has neither runs-on nor uses", found.span)
        for needed in found.needs:
            if needed not in workflow.by_name:
                yield ParseFailure(f"the job {found.name!r} needs {needed!r}, which is no job of this workflow", found.at("needs"))


def _circle_failures(workflow: Workflow) -> Iterator[ParseFailure]:
    """Jobs that wait for each other."""
    stuck = _stuck({job.name: [name for name in job.needs if name in workflow.by_name] for job in workflow.jobs})
    users: dict[str, list[str]] = {name: [] for name in stuck}
    for name in stuck:
        for needed in set(workflow.by_name[name].needs) & stuck:
            users[needed].append(name)
    for name in sorted(_stuck(users)):  # without those that only wait for a circle
        yield ParseFailure(f"the job {name!r} needs itself in a circle", workflow.by_name[name].at("needs"))


def _stuck(needs: dict[str, list[str]]) -> set[str]:
    """The names that can never have what they need, because of a circle."""
    waiting = {name: len(set(needed)) for name, needed in needs.items()}
    users: dict[str, list[str]] = {}
    for name, needed in needs.items():
        for other in set(needed):
            users.setdefault(other, []).append(name)
    work = [name for name, count in waiting.items() if not count]
    while work:
        for user in users.get(work.pop(), ()):
            waiting[user] -= 1
            if not waiting[user]:
                work.append(user)
    return {name for name, count in waiting.items() if count}


def _call_failures(workflow: Workflow, project: Project) -> Iterator[ParseFailure]:
    """Calls of workflows of this repository that GitHub cannot follow."""
    for job in workflow.jobs:
        if job.uses is None or not job.uses.is_local:
            continue
        path = job.uses.text.removeprefix("./")
        if not _WORKFLOW(path):
            yield ParseFailure(f"{job.uses.text} is not directly in {HOME}, the only place workflows are called from", job.at("uses"))
        elif not project.exists(path):
            yield ParseFailure(f"calls {job.uses.text}, which does not exist", job.at("uses"))


def _step_failures(owner: Job | Action) -> Iterator[ParseFailure]:
    inside = owner.data if isinstance(owner, Job) else owner.runs
    if isinstance(owner, Action) and inside.get("using") != "composite":
        return
    steps = inside.get("steps")
    if not isinstance(steps, yaml.Sequence):
        if "uses" not in inside or "steps" in inside:
            yield ParseFailure(f"{owner.name!r} has no list of steps", yaml.at(inside, "steps") if "steps" in inside else owner.span)
        return
    for index, step in enumerate(steps):
        if not isinstance(step, yaml.Mapping):
            yield ParseFailure("a step that is not a mapping", steps.item(index))
        elif ("run" in step) == ("uses" in step):
            yield ParseFailure("a step needs either run or uses", steps.item(index))
