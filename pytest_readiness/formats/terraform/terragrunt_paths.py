"""Paths as Terragrunt computes them: from its units, from files in parent folders, from the root of the repository."""

from __future__ import annotations

import posixpath
import re

from ...project import Project
from ...syntax import hcl_expressions as ast
from .terragrunt_file import MAX_DEPTH
from .terragrunt_file import UNIT
from .terragrunt_file import File


def inside(directory: str, path: str) -> str | None:
    """A path from a directory, or from the root where it begins with a slash, in the project; None for one that leads out of it."""
    place = path if path.startswith("/") else f"/{directory}/{path}"
    found = posixpath.normpath(re.sub("/{2,}", "/", place).lstrip("/") or ".")
    return None if found == ".." or found.startswith("../") else "" if found == "." else found


def path_of(node: ast.Expression, file: File, unit: File, project: Project, depth: int = 0) -> str | None:
    """A path as Terragrunt would compute it, ``/`` being the root of the project; None where that is not known."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(node, ast.Literal):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Template):
        parts = [part if isinstance(part, str) else path_of(part, file, unit, project, depth + 1) for part in node.parts]
        return None if any(part is None for part in parts) else "".join(part for part in parts if part is not None)
    if isinstance(node, ast.Reference) and len(node.path) == 2 and node.path[0] == "local" and node.path[1] in file.locals:
        return path_of(file.locals[node.path[1]].expression, file, unit, project, depth + 1)
    if isinstance(node, ast.Call):
        return _called(node, file, unit, project, depth)
    return None


def _called(node: ast.Call, file: File, unit: File, project: Project, depth: int) -> str | None:
    arguments = [path_of(argument, file, unit, project, depth + 1) for argument in node.arguments]
    if node.name in ("get_terragrunt_dir", "get_original_terragrunt_dir"):
        return f"/{unit.directory}"
    if node.name == "get_parent_terragrunt_dir" and not arguments:
        return f"/{file.directory}"
    if node.name in ("get_repo_root", "get_path_to_repo_root"):
        return ""  # followed by a slash, or by nothing that we could find
    if node.name == "find_in_parent_folders":
        return _above(unit.directory, arguments[0] if arguments else UNIT, project)
    if node.name == "dirname" and len(arguments) == 1 and arguments[0] is not None:
        return posixpath.dirname(arguments[0])
    return None


def _above(directory: str, name: str | None, project: Project) -> str | None:
    """The nearest file or folder of a name in the directories above one."""
    while name is not None and directory:
        directory = directory.rpartition("/")[0]
        path = f"{directory}/{name}".lstrip("/")
        if project.exists(path) or project.below(path):
            return f"/{path}"
    return None
