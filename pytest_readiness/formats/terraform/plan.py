"""Plans and states as ``terraform show -json`` prints them: the same rules on resolved values.

The instances come from the JSON. How something is written, and where, comes from the configuration beside the
plan where the project has it, else from what the JSON says of the configuration.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator

from ...model import ParseFailure
from ...model import Resource
from ...project import Project
from ...project import once
from ..base import Format
from .calls import graph
from .directory import Directory
from .directory import directory_in
from .module import Module
from .plan_configuration import PlannedDirectory
from .plan_file import PlanFile
from .plan_file import is_plan
from .plan_file import plan_file
from .plan_module import PlannedModule


class Plan(Format):
    """Claims the JSON of plans and states by what is in it."""

    name = "terraform-plan"
    private = True
    derived = True

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        return path.endswith(".json") and not path.endswith((".tf.json", ".tofu.json", ".tfvars.json")) and is_plan(text())

    def resources(self, path: str, project: Project) -> Iterator[Resource | ParseFailure]:
        root = planned(project, path)
        found = list(_items(root))
        yield from root.plan.failures[:]
        if root.plan.data.get("errored") is True:
            yield ParseFailure(
                "the run that made this plan ended with an error: what is missing here was not planned", root.plan.place("errored")
            )
        yield from found


def _items(root: PlannedModule) -> Iterator[Resource]:
    """What is judged: instances, and the providers and variables of a configuration that is not judged where it is written."""
    for module in root.tree:
        for _, item in module.items:
            if item.kind in ("tf.resource", "tf.data") or (
                module is root and root.is_alone and item.kind in ("tf.provider", "tf.variable")
            ):
                yield item


# -- the plans of a project
@once
def planned(project: Project, path: str) -> PlannedModule:
    """The root module of a plan; raises `ParseFailure`."""
    plan = plan_file(project, path)
    return PlannedModule(plan, _code(plan, project), project)


def _code(plan: PlanFile, project: Project) -> Directory:
    """The configuration of a plan: in its directory, in one above it, or the only one elsewhere that has just its addresses."""
    wanted = plan.root_addresses
    if wanted:
        directory = plan.path.rpartition("/")[0]
        tops = {top: _addresses(project, top) for top in graph(project).tops}
        while True:
            if directory in tops and wanted <= tops[directory]:
                return directory_in(directory, project)
            if not directory:
                break
            directory = directory.rpartition("/")[0]
        exact = [top for top, addresses in tops.items() if addresses == wanted]
        if len(exact) == 1:
            return directory_in(exact[0], project)
    return PlannedDirectory(project, plan, plan.configuration or {}, ("configuration", "root_module"))


@once
def _addresses(project: Project, directory: str) -> frozenset[str]:
    code = directory_in(directory, project)
    found = {f"{'data.' if kind == 'data' else ''}{'.'.join(block.labels)}" for kind in ("resource", "data") for block in code.of(kind)}
    return frozenset(found | {f"module.{name}" for name in code.calls})


@once
def plans(project: Project) -> tuple[PlannedModule, ...]:
    """The root modules of all plans that can be read and plan something."""
    found = []
    for path in project.files(Plan.name):
        try:
            root = planned(project, path)
        except ParseFailure:
            continue
        if root.plan.instances:
            found.append(root)
    return tuple(found)


def with_plans(modules: tuple[Module, ...], project: Project) -> tuple[Module, ...]:
    """The modules of a project, with those of a plan in place of the root that it is the plan of."""
    found = plans(project)
    known = {root.directory for root in found if not root.is_alone}
    kept = [module for module in modules if module.detached or module.root.directory not in known]
    return (*kept, *(module for root in found for module in root.tree))
