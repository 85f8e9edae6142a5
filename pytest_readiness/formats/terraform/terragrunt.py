"""Terragrunt: its files, and modules as its units run them.

What Terragrunt itself computes (its functions, the outputs of dependencies, values of a stack) is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from ...model import ParseFailure
from ...model import Resource
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax import hcl
from ...unknown import Unknown
from ...unknown import Unresolved
from ..base import Format
from .blocks import Variables
from .directory import Directory
from .directory import directory_in
from .module import Module
from .terragrunt_file import UNIT
from .terragrunt_file import file_of
from .terragrunt_unit import Unit
from .terragrunt_unit import unit_of
from .terragrunt_unit import unit_paths
from .terragrunt_unit import units
from .variables import type_of_variable
from .variables import typed

STACK = "terragrunt.stack.hcl"
_NAMES = (UNIT, "root.hcl", STACK)
_OTHERS = (".terraform.lock.hcl", ".tflint.hcl", ".pkr.hcl", ".pkrvars.hcl", ".nomad.hcl", ".tftest.hcl", ".tfmock.hcl")
_WORDS = (
    "catalog dependencies dependency download_dir engine errors exclude feature generate iam_assume_role_duration iam_assume_role_session_name"
    " iam_role iam_web_identity_token include inputs locals prevent_destroy remote_state retryable_errors skip stack terraform"
    " terraform_binary terraform_version_constraint terragrunt_version_constraint unit values"
).split()
_TOP = re.compile(r"^([A-Za-z_][\w-]*)[ \t]*(?:=|\{|\")", re.MULTILINE)


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
        if not path.endswith(".hcl") or path.endswith(_OTHERS) or not unit_paths(project):
            return False
        return is_terragrunt(text())

    def resources(self, path: str, project: Project) -> Iterator[Resource | ParseFailure]:
        file = file_of(project, path)
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


class UnitModule(Module):
    """A module as a unit runs it: the inputs are its variables, which a variable file of the module holds over."""

    def __init__(self, code: Directory, project: Project, unit: Unit) -> None:
        super().__init__(code, project)
        self.unit = unit
        self.run_name = unit.directory if unit.directory != code.path else ""

    def _variable(self, name: str) -> Any:
        block = self.code.declared.get(name)
        if block is None or name in self.given:
            return super()._variable(name)
        if self.unit.inputs.get(name) is not None:
            return typed(self, name, self.unit.inputs[name], type_of_variable(block))
        return Unknown(self.unit.incomplete) if self.unit.incomplete else super()._variable(name)

    def variable_place(self, name: str) -> Span | None:
        place = super().variable_place(name)
        return place if place is not None else self.unit.places.get(name)

    @cached_property
    def possible(self) -> dict[str, list[hcl.Attribute]]:
        return {}


@once
def unit_modules(project: Project) -> tuple[UnitModule, ...]:
    """The modules that units run, each as one of its units."""
    return tuple(UnitModule(directory_in(unit.target or "", project), project, unit) for unit in units(project))
