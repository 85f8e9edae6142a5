"""Every module of a project as it is run: each root for each of its environments, with all that is called from it."""

from __future__ import annotations

from collections.abc import Mapping

from ...project import Project
from ...project import once
from . import inputs
from .calls import directories
from .calls import graph
from .directory import directory_in
from .module import Module
from .terragrunt import unit_modules


def module_in(directory: str, project: Project) -> Module:
    """The module of a directory; of several runs of it the first."""
    return modules_in(directory, project)[0]


def modules_in(directory: str, project: Project) -> tuple[Module, ...]:
    """Every run of a directory; one without values where it is called but no call can be followed."""
    found = _by_directory(project).get(directory)
    return tuple(found) if found else (_detached(project, directory),)


@once
def _detached(project: Project, directory: str) -> Module:
    return Module(directory_in(directory, project), project, detached=True)


@once
def _by_directory(project: Project) -> Mapping[str, list[Module]]:
    found: dict[str, list[Module]] = {}
    for module in modules(project):
        found.setdefault(module.directory, []).append(module)
    return found


@once
def modules(project: Project) -> tuple[Module, ...]:
    """Every module of the project: each root for each of its environments, with all that is called from it."""
    found: list[Module] = []
    run_by_units = unit_modules(project)
    for module in run_by_units:
        found += module.tree
    for top in sorted(set(graph(project).tops) - {module.directory for module in run_by_units}):
        code = directory_in(top, project)
        if top in graph(project).unfollowed:
            found += _detached(project, top).tree
            continue
        for environment in inputs.environments(code, project):
            found += Module(code, project, environment=environment).tree
    missing = {directory.path for directory in directories(project)} - {module.directory for module in found}
    return (*found, *(_detached(project, path) for path in sorted(missing)))
