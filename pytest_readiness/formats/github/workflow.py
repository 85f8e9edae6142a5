"""Workflows, their jobs and steps, actions of the repository, and which of them call which."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from typing import Any

from ...model import Resource
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax import yaml
from ...syntax.shell import SHELLS
from ...syntax.shell import Command
from ...syntax.shell import base
from ...syntax.shell import in_order
from ...syntax.shell import parse
from .expressions import has_expression
from .parts import FACTS
from .parts import Element
from .parts import Permissions
from .parts import Reference
from .parts import Source
from .parts import known

HOME = ".github/workflows"
SUFFIXES = (".yml", ".yaml")
MAX_CALLS = 10
_ENV = re.compile(r"\$\{\{\s*env\.([A-Za-z_]\w*)\s*\}\}")
_MATRIX = re.compile(r"\$\{\{\s*matrix\.([\w-]+(?:\.[\w-]+)*)\s*\}\}")
MAX_VARIANTS = 256  # GitHub's own limit of jobs in a matrix
_DEPLOY = re.compile(r"(?:^|[^a-z])(?:deploy|release|publish|promote|rollout)", re.IGNORECASE).search
SCRIPTS = {
    "actions/github-script": "script",
    "azure/cli": "inlineScript",
    "azure/powershell": "inlineScript",
    "appleboy/ssh-action": "script",
}


@dataclass(frozen=True, eq=False)
class Workflow(Element):
    """A file in ``.github/workflows``."""

    @cached_property
    def triggers(self) -> dict[str, yaml.Mapping | None]:
        """The events it runs on, with their filters."""
        on = self.data.get("on")
        if isinstance(on, yaml.Mapping):
            return {event: value if isinstance(value, yaml.Mapping) else None for event, value in on.items()}
        return {str(event): None for event in (on if isinstance(on, list) else [on]) if isinstance(event, str)}

    def effective_triggers(self, project: Project) -> frozenset[str]:
        """The events it runs on, with ``workflow_call`` replaced by those of the workflows that call it."""
        found: set[str] = set()
        work, seen = [self], {self.path}
        while work:
            workflow = work.pop()
            found.update(workflow.triggers)
            if "workflow_call" in workflow.triggers:
                callers = [job.workflow for job in _callers(project).get(workflow.path, ())]
                work += [caller for caller in callers if caller.path not in seen]
                seen.update(caller.path for caller in callers)
        return frozenset(found - {"workflow_call"} if found != {"workflow_call"} else found)

    @property
    def runs_on_branches(self) -> bool:
        """Whether a push to a branch, or to a pull request, starts it: runs that a newer push supersedes."""
        for event in ("pull_request", "pull_request_target"):
            filters: Mapping[str, Any] = self.triggers.get(event) or {}
            types = filters.get("types") or "synchronize"
            if event in self.triggers and "synchronize" in (types if isinstance(types, list) else [types]):
                return True
        push: Mapping[str, Any] = self.triggers.get("push") or {}
        only_tags = bool({"tags", "tags-ignore"} & set(push)) and not {"branches", "branches-ignore"} & set(push)
        return "push" in self.triggers and not only_tags

    @cached_property
    def jobs(self) -> tuple[Job, ...]:
        """Its jobs in order; those that are no mapping are left out (and reported)."""
        jobs = self.mapping("jobs")
        return tuple(
            Job("gha.job", name, jobs.entry(name), job, self.source, self) for name, job in jobs.items() if isinstance(job, yaml.Mapping)
        )

    @cached_property
    def by_name(self) -> dict[str, Job]:
        """Its jobs by their ids."""
        return {job.name: job for job in self.jobs}

    @property
    def is_reusable_only(self) -> bool:
        """Whether it only runs when another workflow calls it."""
        return set(self.triggers) == {"workflow_call"}


@dataclass(frozen=True, eq=False)
class Job(Element):
    """A job of a workflow."""

    workflow: Workflow = field(repr=False)

    @classmethod
    def facts(cls) -> Mapping[str, Callable[[Any], Any]]:
        return _JOB

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Its steps in order."""
        return tuple(_steps(self, self.data.get("steps"), self.source))

    @property
    def needs(self) -> tuple[str, ...]:
        """The jobs it names in ``needs``."""
        value = self.data.get("needs")
        return tuple(str(name) for name in (value if isinstance(value, list) else [value]) if isinstance(name, str))

    @cached_property
    def before(self) -> tuple[Job, ...]:
        """Every job that has ended when it starts, by ``needs`` of ``needs``."""
        found: dict[str, Job] = {}
        work = list(self.needs)
        while work:
            name = work.pop()
            job = self.workflow.by_name.get(name)
            if name not in found and job is not None:
                found[name] = job
                work += job.needs
        return tuple(found.values())

    @cached_property
    def after(self) -> tuple[Job, ...]:
        """Every job that waits for it, directly or not."""
        return tuple(job for job in self.workflow.jobs if self.name in job._names_before)  # noqa: SLF001 - a job like this one

    @cached_property
    def _names_before(self) -> frozenset[str]:
        return frozenset(job.name for job in self.before)

    @property
    def effective_permissions(self) -> Permissions | str | None:
        """Its own permissions or those of the workflow; None where neither declares any."""
        own = self.permissions
        return self.workflow.permissions if own is None else own

    def may(self, scope: str) -> bool:
        """Whether the token of the job has write access to a scope."""
        permissions = self.effective_permissions
        return permissions.get(scope) == "write" if isinstance(permissions, dict) else permissions == "write-all"

    @property
    def runs_on(self) -> tuple[str, ...]:
        """The labels of its runner as they are written."""
        value = self.data.get("runs-on")
        if isinstance(value, yaml.Mapping):
            value = value.get("labels")
        return tuple(str(label) for label in (value if isinstance(value, list) else [value]) if label is not None)

    @property
    def environment(self) -> str | None:
        """The name of its deployment environment as it is written."""
        value = self.data.get("environment")
        name = value.get("name") if isinstance(value, yaml.Mapping) else value
        return str(name) if name is not None else None

    @property
    def deploys(self) -> bool:
        """Whether it deploys or publishes, by its environment or its name."""
        return self.environment is not None or bool(_DEPLOY(f"{self.name} {self.data.get('name') or ''}"))

    @property
    def images(self) -> Iterator[tuple[str, str, Span, yaml.Mapping]]:
        """What runs beside its steps: (name, image, place, its mapping) for the container and each service."""
        found: list[tuple[str, Any, tuple[str, ...]]] = [("container", self.data.get("container"), ("container",))]
        found += [(name, value, ("services", name)) for name, value in self.mapping("services").items()]
        for name, value, keys in found:
            if isinstance(value, str) and value:
                yield name, value, self.at(*keys), self.mapping()
            elif isinstance(value, yaml.Mapping):
                image = value.get("image")
                yield name, image if isinstance(image, str) else "", self.at(*keys, "image"), value

    def matrix(self, name: str) -> tuple[tuple[Any, Span], ...]:
        """The values of a matrix variable (``os`` or ``node.version``) with their places; none where they are computed."""
        first, *rest = name.split(".")
        matrix = self.mapping("strategy", "matrix")
        listed, included = matrix.get(first), matrix.get("include")
        found: list[tuple[Any, Span]] = []
        if isinstance(listed, yaml.Sequence):
            found += [(yaml.get(value, *rest), yaml.at(listed, index, *rest)) for index, value in enumerate(listed)]
        if isinstance(included, yaml.Sequence):
            found += [
                (yaml.get(value, *name.split(".")), yaml.at(included, index, *name.split("."))) for index, value in enumerate(included)
            ]
        return tuple((value, place) for value, place in found if value is not None)

    def variants(self, text: str, place: Span) -> tuple[tuple[str, Span], ...]:
        """The text as each job of the matrix sees it, with the place of the last value put in."""
        done: list[tuple[str, Span]] = []
        work = [(text, place)]
        while work and len(done) + len(work) <= MAX_VARIANTS:
            text, place = work.pop(0)
            found = _MATRIX.search(text)
            values = self.matrix(found[1]) if found else ()
            if found is None or not values:
                done.append((text, place))
            else:
                work += [(text.replace(found[0], str(value)), where) for value, where in values if not has_expression(value)]
        return tuple(done + work)

    def all_steps(self, project: Project) -> Iterator[Step]:
        """Its steps and those of the composite actions and reusable workflows of this project that it uses.

        Steps and jobs that never run are left out.
        """
        work: list[tuple[Job | Step, int]] = [(self, 0)]
        while work:
            item, depth = work.pop(0)
            if item.is_disabled:
                continue
            inner: list[Job | Step] = []
            if isinstance(item, Step):
                yield item
                inner += item.action_steps(project)
            else:
                inner += item.steps
                inner += item.called_jobs(project)
            if depth < MAX_CALLS:
                work[:0] = [(thing, depth + 1) for thing in inner]

    def called_jobs(self, project: Project) -> tuple[Job, ...]:
        """The jobs of the workflow of this project that it calls."""
        if self.uses is None or not self.uses.is_local:
            return ()
        called = workflows_of(project).get(self.uses.text.removeprefix("./"))
        return called.jobs if called is not None else ()

    def outside(self, project: Project, _depth: int = 0) -> Iterator[str]:
        """The reusable workflows of other repositories that run as a part of it: nobody can see into them."""
        if self.uses is not None and not self.uses.is_local:
            yield self.uses.text
        elif _depth < MAX_CALLS:
            for job in self.called_jobs(project):
                yield from job.outside(project, _depth + 1)

    def followers(self, project: Project) -> tuple[Job, ...]:
        """Every job that runs behind it: in its workflow, and behind the call in the workflows that call it."""
        found: dict[tuple[str, str], Job] = {}
        work, seen = [self], {self.path}
        while work:
            job = work.pop()
            found.update({(other.path, other.name): other for other in job.after})
            callers = _callers(project).get(job.path, ()) if "workflow_call" in job.workflow.triggers else ()
            work += [caller for caller in callers if caller.path not in seen]
            seen.update(caller.path for caller in callers)
        return tuple(job for job in found.values() if not job.is_disabled)


@dataclass(frozen=True, eq=False)
class Action(Element):
    """An ``action.yml`` of the repository."""

    @property
    def runs(self) -> yaml.Mapping:
        return self.mapping("runs")

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps of a composite action."""
        return tuple(_steps(self, self.runs.get("steps"), self.source))


@dataclass(frozen=True, eq=False)
class Step(Element):
    """A step of a job or of a composite action."""

    owner: Job | Action = field(repr=False)
    index: int

    @classmethod
    def facts(cls) -> Mapping[str, Callable[[Any], Any]]:
        return _STEP

    @property
    def job(self) -> Job | None:
        return self.owner if isinstance(self.owner, Job) else None

    @property
    def action(self) -> str:
        """The action it uses, without the ref, in lower case; empty for a script."""
        return self.uses.name if self.uses else ""

    @property
    def script(self) -> str:
        """The text of its ``run``; empty for an action."""
        value = self.data.get("run")
        if isinstance(value, bool):
            return str(value).lower()
        return str(value) if isinstance(value, (str, int, float)) else ""

    @cached_property
    def nested_commands(self) -> tuple[Command, ...]:
        """What its script runs, where the shell is one of the Unix ones."""
        shell = base(self.shell.split(" ")[0])
        return parse(self.script) if not shell or shell in SHELLS else ()

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """The same in the order the commands run, those inside of others included."""
        return tuple(in_order(self.nested_commands))

    @property
    def shell(self) -> str:
        """The shell of its script by itself, its job or its workflow; empty where none is named."""
        job = self.job
        chain = (self.data.get("shell"), *(yaml.get(e.data, "defaults", "run", "shell") for e in ((job, job.workflow) if job else ())))
        return next((str(shell) for shell in chain if shell is not None), "")

    @property
    def sources(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The texts of it that are run as code, each with the keys of its place."""
        if self.script:
            yield self.script, ("run",)
        argument = SCRIPTS.get(self.action)
        text = self.mapping("with").get(argument) if argument else None
        if argument and isinstance(text, str):
            yield text, ("with", argument)

    @property
    def inputs(self) -> yaml.Mapping:
        """Its ``with:``."""
        return self.mapping("with")

    def input(self, *names: str) -> Any:
        """The first of these inputs that is given, as text; expressions of ``env`` resolved, `Unknown` for others."""
        lower = {key.lower(): value for key, value in self.inputs.items()}
        for name in names:
            value = lower.get(name.lower())
            if value is not None:
                text = str(value).lower() if isinstance(value, bool) else str(value)
                return known(self.resolve(text))
        return None

    def input_type(self, name: str) -> str:
        """The type of an input of its workflow or action; text where nothing else is said."""
        if isinstance(self.owner, Action):
            return "string"
        on = self.owner.workflow.mapping("on")
        for event in ("workflow_call", "workflow_dispatch"):
            inputs = yaml.get(on, event, "inputs")
            lower = {key.lower(): value for key, value in inputs.items()} if isinstance(inputs, yaml.Mapping) else {}
            if isinstance(lower.get(name), yaml.Mapping):
                return str(lower[name].get("type", "string"))
        return "string"

    def resolve(self, text: str) -> str:
        """The text with ``${{ env.NAME }}`` replaced where the file writes the value out."""
        if "${{" not in text:
            return text
        return _ENV.sub(lambda match: str(self.all_env.get(match[1], match[0])), text)

    @cached_property
    def all_env(self) -> dict[str, Any]:
        """The variables of the workflow, the job and the step, the nearest winning."""
        job = self.job
        above: tuple[Element, ...] = (job.workflow, job) if job else ()
        return {name: value for element in (*above, self) for name, value in element.env.items()}

    @property
    def siblings(self) -> tuple[Step, ...]:
        """Every step of its job or action."""
        return self.owner.steps

    @property
    def earlier(self) -> tuple[Step, ...]:
        """The steps before it."""
        return self.siblings[: self.index]

    def line(self, offset: int, needle: str = "", keys: tuple[str, ...] = ("run",)) -> Span:
        """The place of a line of its script (from 0), or of the needle in that line."""
        node: Any = self.data
        for key in keys[:-1]:
            node = node[key]
        return self.source.place(node.value_span(keys[-1]), offset, needle)

    def command_span(self, command: Command) -> Span:
        """The place of a command of its script."""
        number = bisect_left(self._line_ends, command.start)
        return self.line(number, command.text.partition("\n")[0].rstrip("\\ "))

    @cached_property
    def _line_ends(self) -> list[int]:
        return [found.start() for found in re.finditer("\n", self.script)]

    def action_steps(self, project: Project) -> tuple[Step, ...]:
        """The steps of the composite action of this project that it uses."""
        if self.uses is None or not self.uses.text.startswith("./"):
            return ()
        folder = self.uses.text[2:].strip("/")
        for name in ("action.yml", "action.yaml"):
            path = f"{folder}/{name}" if folder else name
            contents = project.contents(path) if project.exists(path) else None
            for resource in contents.resources if contents else ():
                if isinstance(resource, Action):
                    return resource.steps
        return ()


@dataclass(frozen=True, eq=False)
class Use(Resource):
    """One ``uses:`` of a step or a job."""

    reference: Reference


@dataclass(frozen=True, eq=False)
class Repository(Resource):
    """The workflows of the repository together."""

    workflows: tuple[Workflow, ...] = field(repr=False)
    nested: tuple[str, ...]

    @property
    def jobs(self) -> Iterator[Job]:
        """Every job that is not switched off."""
        return (job for workflow in self.workflows for job in workflow.jobs if not job.is_disabled)

    def steps(self, project: Project) -> Iterator[tuple[Job, Step]]:
        """Every step that can run, composite actions of the project included, each with its job."""
        for job in self.jobs:
            if job.uses is None:
                yield from ((job, step) for step in job.all_steps(project))


def label(text: str) -> str:
    """A text as a part of a name: one line, not too long."""
    return " ".join(text.split())[:80]


def _steps(owner: Job | Action, items: object, source: Source) -> Iterator[Step]:
    prefix = f"{owner.name}/" if isinstance(owner, Job) else ""
    runs = 0
    found = [item for item in items if isinstance(item, yaml.Mapping)] if isinstance(items, yaml.Sequence) else []
    for index, item in enumerate(found):
        runs += "run" in item
        named = item.get("id") or item.get("name") or str(item.get("uses") or "").partition("@")[0] or f"run-{runs}"
        yield Step("gha.step", prefix + label(str(named)), item.head, item, source, owner, index)


@once
def workflows_of(project: Project) -> dict[str, Workflow]:
    """The workflows of the project by path."""
    found: dict[str, Workflow] = {}
    for path in project.below(HOME):
        contents = project.contents(path) if path.endswith(SUFFIXES) else None
        found.update((path, resource) for resource in (contents.resources if contents else ()) if isinstance(resource, Workflow))
    return found


@once
def _callers(project: Project) -> dict[str, list[Job]]:
    """The jobs that call each workflow of the project, by its path."""
    found: dict[str, list[Job]] = {}
    for workflow in workflows_of(project).values():
        for job in workflow.jobs:
            if job.uses is not None and job.uses.is_local:
                found.setdefault(job.uses.text.removeprefix("./"), []).append(job)
    return found


_JOB: Mapping[str, Callable[[Any], Any]] = {
    **FACTS,
    "workflow": lambda job: job.workflow.view(),
    "permissions": lambda job: job.effective_permissions,
    "deploys": lambda job: job.deploys,
}
_STEP: Mapping[str, Callable[[Any], Any]] = {
    **FACTS,
    "job": lambda step: step.job.view() if step.job else None,
    "workflow": lambda step: step.job.workflow.view() if step.job else None,
}
