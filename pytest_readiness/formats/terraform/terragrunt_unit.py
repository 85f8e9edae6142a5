"""Units of Terragrunt: which module each runs, with the inputs of its own and of what it includes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax.yaml import Mapping as Object
from ...unknown import Unknown
from ...unknown import is_unknown
from .directory import directory_in
from .terragrunt_file import UNIT
from .terragrunt_file import File
from .terragrunt_file import file_of
from .terragrunt_paths import inside
from .terragrunt_paths import path_of
from .values import identical


@once
def unit_paths(project: Project) -> tuple[str, ...]:
    return tuple(path for path in project.paths if path.rpartition("/")[2] == UNIT)


@dataclass(eq=False)
class Unit:
    """A directory in which Terragrunt is run.

    ``target`` is the directory of its module, ``unfollowed`` why that is not known, ``incomplete`` why its inputs may be more.
    """

    directory: str
    inputs: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)
    target: str | None = None
    unfollowed: str = ""
    incomplete: str = ""
    files: tuple[str, ...] = ()


@once
def unit_of(project: Project, path: str) -> Unit | None:
    """The unit of a ``terragrunt.hcl``; None where the file is one that others include, or cannot be read."""
    file = file_of(project, path)
    if isinstance(file.body, ParseFailure):
        return None
    unit = Unit(file.directory)
    parents = list(_included(file, unit, project))
    unit.files = (path, *(parent.path for parent, _ in parents))
    for parent, deep in parents:
        _merge(unit, parent, deep=deep, from_parent=True)
    _merge(unit, file, deep=any(deep for _, deep in parents), from_parent=False)
    _aim(unit, file, [parent for parent, _ in parents], project)
    return unit


def _included(file: File, unit: Unit, project: Project) -> Iterator[tuple[File, bool]]:
    """The files that a unit includes, and whether they are merged deeply."""
    for block in file.of("include"):
        attributes = block.body.attributes
        strategy = attributes["merge_strategy"].source.strip('"') if "merge_strategy" in attributes else "shallow"
        if strategy == "no_merge":
            continue
        path = path_of(attributes["path"].expression, file, file, project) if "path" in attributes else None
        place = inside(file.directory, path) if path is not None else None
        parent = file_of(project, place) if place is not None and project.exists(place) else None
        if parent is None or isinstance(parent.body, ParseFailure):
            unit.incomplete = f"inputs that {block.span} includes are not known"
        else:
            yield parent, strategy != "shallow"


def _merge(unit: Unit, file: File, *, deep: bool, from_parent: bool) -> None:
    """Add the inputs of a file; those of the unit itself hold over what it includes."""
    inputs = file.inputs
    if not isinstance(inputs, dict):
        unit.incomplete = f"inputs of {file.path} are computed where Terragrunt runs"
        if not from_parent:
            unit.inputs.clear()
        return
    for name, value in inputs.items():
        before = unit.inputs.get(name)
        if name in unit.inputs and (from_parent or (deep and isinstance(value, (dict, list)))):
            same = not is_unknown(before) and not is_unknown(value) and identical(before, value)
            unit.inputs[name] = value if same else Unknown(f"input {name} comes from several files, merged where Terragrunt runs")
        else:
            unit.inputs[name] = value
        if isinstance(inputs, Object) and name in inputs.key_spans:
            unit.places[name] = inputs.entry(name)


def _aim(unit: Unit, file: File, parents: list[File], project: Project) -> None:
    """Find the module: the source of the unit, or of what it includes, or the unit's own directory."""
    for one in (file, *parents):
        source = next((block.body.attributes["source"] for block in one.of("terraform") if "source" in block.body.attributes), None)
        if source is None:
            continue
        path = path_of(source.expression, one, file, project)
        shown = source.source.strip('"')
        if path is None or (one is not file and not path.startswith("/")):
            unit.unfollowed = f"the module is known where Terragrunt runs: {shown}"
        else:
            target = inside(unit.directory, path.partition("?")[0]) if path.startswith(("/", "./", "../")) else None
            if target is None or not directory_in(target, project).paths:
                unit.unfollowed = f"the module is not in the repository: {shown}"
            else:
                unit.target = target
        return
    if directory_in(unit.directory, project).paths:
        unit.target = unit.directory


@once
def units(project: Project) -> tuple[Unit, ...]:
    """Every unit whose module is in the project, as far as nothing else includes its file."""
    found = [unit for path in unit_paths(project) if (unit := unit_of(project, path)) is not None]
    included = {path for unit in found for path in unit.files[1:]}
    own = [unit for unit in found if unit.files[0] not in included]
    return tuple(unit for unit in own if unit.target is not None)


def keeps_state(project: Project, directory: str) -> bool:
    """Whether Terragrunt configures the backend of a directory, in its file or in one that it includes."""
    path = f"{directory}/{UNIT}".lstrip("/")
    if not project.exists(path):
        return False
    unit = unit_of(project, path)
    return unit is None or bool(unit.incomplete) or any(file_of(project, each).keeps_state for each in unit.files)
