"""Terragrunt: which module each unit runs, and the inputs that it gives it.

What Terragrunt itself computes (its functions, the outputs of dependencies, values of a stack) is unknown.
Paths are followed through the functions that say where files stand.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from typing import Any

from ...model import ParseFailure
from ...model import Resource
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax import hcl
from ...syntax import hcl_expressions as ast
from ...syntax.yaml import Mapping as Object
from ...unknown import Unknown
from ...unknown import Unresolved
from ...unknown import is_unknown
from ..base import Format
from .blocks import Block
from .blocks import Section
from .blocks import Variables
from .directory import Directory
from .directory import directory_in
from .eval import evaluate
from .module import Module
from .overrides import clean
from .types import ANY
from .types import constraint
from .values import identical

UNIT = "terragrunt.hcl"
STACK = "terragrunt.stack.hcl"
_NAMES = (UNIT, "root.hcl", STACK)
_OTHERS = (".terraform.lock.hcl", ".tflint.hcl", ".pkr.hcl", ".pkrvars.hcl", ".nomad.hcl", ".tftest.hcl", ".tfmock.hcl")
_WORDS = (
    "catalog dependencies dependency download_dir engine errors exclude feature generate iam_assume_role_duration iam_assume_role_session_name"
    " iam_role iam_web_identity_token include inputs locals prevent_destroy remote_state retryable_errors skip stack terraform"
    " terraform_binary terraform_version_constraint terragrunt_version_constraint unit values"
).split()
_TOP = re.compile(r"^([A-Za-z_][\w-]*)[ \t]*(?:=|\{|\")", re.MULTILINE)
MAX_DEPTH = 30
MAX_WORK = 2_000_000


def is_terragrunt(text: str) -> bool:
    """Whether everything that begins a line of a file is something Terragrunt knows."""
    found = {match[1] for match in _TOP.finditer(text)}
    return bool(
        found & {"inputs", "locals", "include", "remote_state", "dependency", "dependencies", "generate", "terraform"}
    ) and found <= set(_WORDS)


class Terragrunt(Format):
    """Claims units, stacks and what units include; other ``.hcl`` files where the project has a unit and they look like it."""

    name = "terragrunt"

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        return path.rpartition("/")[2] in (UNIT, STACK)

    def claims_in(self, path: str, text: Callable[[], str], project: Project) -> bool:
        if self.claims(path, text):
            return True
        if not path.endswith(".hcl") or path.endswith(_OTHERS) or not _units(project):
            return False
        return is_terragrunt(text())

    def resources(self, path: str, project: Project) -> Iterator[Resource | ParseFailure]:
        file = _file(project, path)
        if isinstance(file.body, ParseFailure):
            raise file.body
        yield from file.body.failures
        name = path.rpartition("/")[2]
        if name == STACK:
            raise Unresolved("a Terragrunt stack: judged once terragrunt stack generate has made its units")
        yield Variables("tf.tfvars", name, Span(path, 1, 1, 1, 1), file.body)
        yield from file.backends
        if name == UNIT and (unit := unit_of(project, path)) is not None and unit.unfollowed:
            raise Unresolved(unit.unfollowed)


@once
def _units(project: Project) -> tuple[str, ...]:
    return tuple(path for path in project.paths if path.rpartition("/")[2] == UNIT)


class _File:
    """One file with the names that expressions in it may use (a Scope). ``unit`` is the directory it is run for."""

    bindings: Mapping[str, Any] = {}

    def __init__(self, path: str, project: Project) -> None:
        self.path = path
        self.directory = path.rpartition("/")[0]
        self.project = project
        self._spent = 0
        self._open: set[str] = set()
        self._known: dict[str, Any] = {}
        try:
            self.body: hcl.Body | ParseFailure = hcl.parse(path, project.text(path))
        except ParseFailure as failure:
            self.body = failure

    @cached_property
    def blocks(self) -> tuple[hcl.Block, ...]:
        """Its top-level blocks; none where it cannot be read."""
        return self.body.blocks if isinstance(self.body, hcl.Body) else ()

    def of(self, type: str) -> Iterator[hcl.Block]:
        """Its blocks of a type."""
        return (block for block in self.blocks if block.type == type)

    @cached_property
    def locals(self) -> dict[str, hcl.Attribute]:
        """Its local values."""
        return {name: attribute for block in self.of("locals") for name, attribute in block.body.attributes.items()}

    def local(self, name: str) -> Any:
        """The value of a local."""
        if name in self._open or len(self._open) > MAX_DEPTH:
            return Unknown(f"refers to itself: local.{name}")
        if name not in self.locals:
            return Unknown(f"local.{name} is not defined in {self.path}")
        if name not in self._known:
            self._open.add(name)
            try:
                self._known[name] = evaluate(self.locals[name].expression, self)
            finally:
                self._open.discard(name)
        return self._known[name]

    def variable(self, name: str) -> Any:
        """Terragrunt has no variables."""
        return Unknown(f"Terragrunt has no var.{name}")

    def resource(self, address: str) -> Any:
        """What Terragrunt knows when it runs: outputs of dependencies, what is included."""
        root, _, name = address.partition(".")
        if root == "dependency":
            return Unknown(f"output of the dependency {name}, known where Terragrunt runs")
        return Unknown(f"known where Terragrunt runs: {address}")

    def called_module(self, name: str) -> Any:
        """Terragrunt calls no modules by name."""
        return self.resource(f"module.{name}")

    def named(self, root: str, name: str) -> Any:
        """``path.…`` means nothing here."""
        return self.resource(f"{root}.{name}")

    def read(self, path: str) -> str:
        """Files are named from where Terragrunt runs."""
        raise Unresolved(f"read where Terragrunt runs: {path}")

    def uncertain(self, address: str) -> str | None:
        """Everything that is written exists."""
        return None

    def variable_place(self, name: str) -> Span | None:
        """See `variable`."""
        return None

    def spend(self, amount: int) -> None:
        """Count work, of all expressions of the file together."""
        self._spent += amount
        if self._spent > MAX_WORK:
            raise Unresolved(f"{self.path} takes too much work to evaluate")

    def begin(self) -> None:
        """See `spend`."""

    @cached_property
    def inputs(self) -> Any:
        """What it gives to the module: an object, unknown where it is computed."""
        attribute = self.body.attributes.get("inputs") if isinstance(self.body, hcl.Body) else None
        return {} if attribute is None else evaluate(attribute.expression, self)

    @cached_property
    def backends(self) -> tuple[Block, ...]:
        """The state that it configures, as backends."""
        found = []
        for block in self.of("remote_state"):
            backend, config = (block.body.attributes.get(name) for name in ("backend", "config"))
            kind = backend.expression.value if backend and isinstance(backend.expression, ast.Literal) else None
            values = evaluate(config.expression, self) if config else None
            if isinstance(kind, str) and isinstance(values, dict):
                module = Module(directory_in(self.directory, self.project), self.project, detached=True)
                section = Section(block.span, module, data=values)
                name = f"remote_state.{kind}"
                found.append(Block("tf.backend", clean(name), block.span, kind, "", section, module, address=name))
        return tuple(found)

    @property
    def keeps_state(self) -> bool:
        """Whether it says where the state is kept: in ``remote_state``, or in a backend that it generates."""
        generated = (block.body.attributes.get("contents") for block in self.of("generate"))
        return any(self.of("remote_state")) or any(contents and 'backend "' in contents.source.replace("\\", "") for contents in generated)


@once
def _file(project: Project, path: str) -> _File:
    return _File(path, project)


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
    file = _file(project, path)
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


def _included(file: _File, unit: Unit, project: Project) -> Iterator[tuple[_File, bool]]:
    """The files that a unit includes, and whether they are merged deeply."""
    for block in file.of("include"):
        attributes = block.body.attributes
        strategy = attributes["merge_strategy"].source.strip('"') if "merge_strategy" in attributes else "shallow"
        if strategy == "no_merge":
            continue
        path = _path(attributes["path"].expression, file, file, project) if "path" in attributes else None
        place = _inside(file.directory, path) if path is not None else None
        parent = _file(project, place) if place is not None and project.exists(place) else None
        if parent is None or isinstance(parent.body, ParseFailure):
            unit.incomplete = f"inputs that {block.span} includes are not known"
        else:
            yield parent, strategy != "shallow"


def _merge(unit: Unit, file: _File, *, deep: bool, from_parent: bool) -> None:
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


def _aim(unit: Unit, file: _File, parents: list[_File], project: Project) -> None:
    """Find the module: the source of the unit, or of what it includes, or the unit's own directory."""
    for one in (file, *parents):
        source = next((block.body.attributes["source"] for block in one.of("terraform") if "source" in block.body.attributes), None)
        if source is None:
            continue
        path = _path(source.expression, one, file, project)
        shown = source.source.strip('"')
        if path is None or (one is not file and not path.startswith("/")):
            unit.unfollowed = f"the module is known where Terragrunt runs: {shown}"
        else:
            target = _inside(unit.directory, path.partition("?")[0]) if path.startswith(("/", "./", "../")) else None
            if target is None or not directory_in(target, project).paths:
                unit.unfollowed = f"the module is not in the repository: {shown}"
            else:
                unit.target = target
        return
    if directory_in(unit.directory, project).paths:
        unit.target = unit.directory


def _inside(directory: str, path: str) -> str | None:
    """A path from a directory, or from the root where it begins with a slash, in the project; None for one that leads out of it."""
    place = path if path.startswith("/") else f"/{directory}/{path}"
    found = posixpath.normpath(re.sub("/{2,}", "/", place).lstrip("/") or ".")
    return None if found == ".." or found.startswith("../") else "" if found == "." else found


def _path(node: ast.Expression, file: _File, unit: _File, project: Project, depth: int = 0) -> str | None:
    """A path as Terragrunt would compute it, ``/`` being the root of the project; None where that is not known."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(node, ast.Literal):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Template):
        parts = [part if isinstance(part, str) else _path(part, file, unit, project, depth + 1) for part in node.parts]
        return None if any(part is None for part in parts) else "".join(part for part in parts if part is not None)
    if isinstance(node, ast.Reference) and len(node.path) == 2 and node.path[0] == "local" and node.path[1] in file.locals:
        return _path(file.locals[node.path[1]].expression, file, unit, project, depth + 1)
    if isinstance(node, ast.Call):
        return _called(node, file, unit, project, depth)
    return None


def _called(node: ast.Call, file: _File, unit: _File, project: Project, depth: int) -> str | None:
    arguments = [_path(argument, file, unit, project, depth + 1) for argument in node.arguments]
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
    """The nearest file of a name in the directories above one."""
    while name is not None and directory:
        directory = directory.rpartition("/")[0]
        path = f"{directory}/{name}".lstrip("/")
        if project.exists(path) or (found := directory_prefix(path, project)):
            return f"/{path}" if project.exists(path) else f"/{found}"
    return None


def directory_prefix(path: str, project: Project) -> str:
    """A directory of the project, which may be looked for as well; empty where there is none."""
    return path if project.below(path) else ""


@once
def units(project: Project) -> tuple[Unit, ...]:
    """Every unit whose module is in the project, as far as nothing else includes its file."""
    found = [unit for path in _units(project) if (unit := unit_of(project, path)) is not None]
    included = {path for unit in found for path in unit.files[1:]}
    own = [unit for unit in found if unit.files[0] not in included]
    return tuple(unit for unit in own if unit.target is not None)


def keeps_state(project: Project, directory: str) -> bool:
    """Whether Terragrunt configures the backend of a directory, in its file or in one that it includes."""
    path = f"{directory}/{UNIT}".lstrip("/")
    if not project.exists(path):
        return False
    unit = unit_of(project, path)
    return unit is None or bool(unit.incomplete) or any(_file(project, each).keeps_state for each in unit.files)


class UnitModule(Module):
    """A module as a unit runs it: the inputs are its variables, which a variable file of the module holds over."""

    def __init__(self, code: Directory, project: Project, unit: Unit) -> None:
        super().__init__(code, project)
        self.unit = unit
        self.run_name = unit.directory if unit.directory != code.path else ""

    def _variable(self, name: str) -> Any:
        block = self.code.declared.get(name)
        if block is None or name in self._given:
            return super()._variable(name)
        attributes = block.body.attributes
        type_ = constraint(attributes["type"].expression) if "type" in attributes else ANY
        if self.unit.inputs.get(name) is not None:
            return self._typed(name, self.unit.inputs[name], type_)
        return Unknown(self.unit.incomplete) if self.unit.incomplete else super()._variable(name)

    def variable_place(self, name: str) -> Span | None:
        place = super().variable_place(name)
        return place if place is not None else self.unit.places.get(name)

    @cached_property
    def _possible(self) -> dict[str, list[hcl.Attribute]]:
        return {}


@once
def unit_modules(project: Project) -> tuple[UnitModule, ...]:
    """The modules that units run, each as one of its units."""
    return tuple(UnitModule(directory_in(unit.target or "", project), project, unit) for unit in units(project))
