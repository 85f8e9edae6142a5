"""What the variables of a root are set to: variable files, and the environments that name some."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from ...configuration import Environment
from ...project import Project
from ...project import once
from ...syntax import hcl
from .directory import CODE
from .directory import VALUES
from .directory import Directory
from .directory import read


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def automatic(directory: Directory) -> list[str]:
    """The variable files that Terraform loads by itself, in its order."""
    names = {_name(path): path for path in directory.values}
    fixed = [names[name] for name in ("terraform.tfvars", "terraform.tfvars.json") if name in names]
    return [*fixed, *(names[name] for name in sorted(names) if name.endswith((".auto.tfvars", ".auto.tfvars.json")))]


def environments(directory: Directory, project: Project) -> tuple[Environment | None, ...]:
    """The configured environments that a root is run for; None alone where there is none."""
    found = tuple(environment for environment in project.configuration.environments if _concerns(environment, directory, project))
    return found or (None,)


def _concerns(environment: Environment, directory: Directory, project: Project) -> bool:
    if any(environment_files(environment, directory, project)):
        return True
    return bool(environment.workspace) and directory.mentions("terraform.workspace")


def environment_files(environment: Environment, directory: Directory, project: Project) -> Iterator[str]:
    """The variable files of an environment: beside the root, else from the project's root where they set a variable of it.

    A library is not run, so only what lies beside it is for it.
    """
    for name in environment.tfvars:
        beside = posixpath.normpath(posixpath.join(directory.path, name))
        if project.exists(beside):
            yield beside
            continue
        path = posixpath.normpath(name)
        body = read(path, project) if directory.is_configured and project.exists(path) else None
        if isinstance(body, hcl.Body) and body.attributes.keys() & directory.declared.keys():
            yield path


def given(directory: Directory, environment: Environment | None, project: Project) -> dict[str, hcl.Attribute]:
    """How the variables of a root are set."""
    paths = automatic(directory)
    if environment is not None:
        paths += environment_files(environment, directory, project)
    found: dict[str, hcl.Attribute] = {}
    for path in paths:
        body = read(path, project)
        if isinstance(body, hcl.Body):
            found.update(body.attributes)
    return found


@once
def _variable_files(project: Project) -> tuple[str, ...]:
    return tuple(path for path in project.paths if path.endswith(VALUES))


def possible(directory: Directory, project: Project) -> dict[str, list[hcl.Attribute]]:
    """How variable files set the variables that nobody says when they are used: beside the root, or below it without code."""
    loaded = set(automatic(directory))
    start = f"{directory.path}/".lstrip("/")
    found: dict[str, list[hcl.Attribute]] = {}
    for path in _variable_files(project):
        if path.startswith(start) and path not in loaded and _belongs(path, directory, project):
            body = read(path, project)
            for name, attribute in body.attributes.items() if isinstance(body, hcl.Body) else ():
                found.setdefault(name, []).append(attribute)
    return found


def _belongs(path: str, directory: Directory, project: Project) -> bool:
    """Whether no configuration stands nearer to the file than the root's own."""
    folder = path.rpartition("/")[0]
    while folder != directory.path:
        if any(other.endswith(CODE) for other in project.below(folder)):
            return False
        folder = folder.rpartition("/")[0]
    return True
