"""Modules with the values of a plan: one for each instance of a call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from ...model import Span
from ...project import Project
from ...syntax import hcl
from ...syntax import hcl_expressions as ast
from ...unknown import Unknown
from ...unknown import Unresolved
from .blocks import Block
from .blocks import Section
from .blocks import Value
from .calls import graph
from .directory import FETCHED
from .directory import Directory
from .directory import directory_in
from .fetched import fetched
from .module import Module
from .plan_addresses import Path
from .plan_addresses import key_text
from .plan_addresses import prefix
from .plan_addresses import split
from .plan_addresses import without_keys
from .plan_block import PlannedBlock
from .plan_configuration import PlannedDirectory
from .plan_file import Instance
from .plan_file import PlanFile
from .plan_section import Origin
from .plan_section import PlannedSection
from .types import ANY
from .values import NOWHERE
from .values import Computed
from .values import List
from .values import Object
from .values import Thing
from .variables import type_of_variable
from .variables import typed

_PIPELINE = re.compile(r"(?<![a-z0-9])ci(?![a-z0-9])", re.IGNORECASE)


class PlannedModule(Module):
    """A module with the values of a plan: one for each instance of its call."""

    def __init__(self, plan: PlanFile, code: Directory, project: Project, path: Path = (), parent: PlannedModule | None = None) -> None:
        call = parent.call_of(path[-1][0], code) if parent is not None else None
        super().__init__(code, project, call)
        self.plan = plan
        self.path = path
        self.prefix = prefix(path)
        self._parent = parent

    def __repr__(self) -> str:
        return f"<PlannedModule {self.prefix or '.'} {self.directory}>"

    @property
    def is_alone(self) -> bool:
        """Whether the project does not have the configuration."""
        return isinstance(self.code, PlannedDirectory)

    @property
    def is_root(self) -> bool:
        return not self.path

    @property
    def environments(self) -> tuple[str, ...]:
        # a directory that pipelines write their plans to says nothing of what these are for
        return (_PIPELINE.sub("", self.root.directory), _PIPELINE.sub("", self.plan.path))

    @property
    def home(self) -> Span:
        return self.code.home if self.code.paths else Span(self.plan.path, 1, 1, 1, 2)

    def demand_all(self) -> None:
        if self.plan.incomplete:
            raise Unresolved(self.plan.incomplete)

    def name(self, address: str) -> str:
        return f"{self.prefix}{address}"

    # -- what there is

    @cached_property
    def by_path(self) -> Mapping[Path, list[Instance]]:
        """The instances of the whole plan by the modules that lead to them."""
        if isinstance(self._parent, PlannedModule):
            return self._parent.by_path
        found: dict[Path, list[Instance]] = {}
        for instance in self.plan.instances:
            found.setdefault(instance.path, []).append(instance)
        return found

    @cached_property
    def below(self) -> Mapping[Path, list[Path]]:
        """The module instances by the one that calls them."""
        if isinstance(self._parent, PlannedModule):
            return self._parent.below
        found: dict[Path, dict[Path, None]] = {}
        for path in self.by_path:
            for length in range(1, len(path) + 1):
                found.setdefault(path[: length - 1], {}).setdefault(path[:length])
        return {path: list(children) for path, children in found.items()}

    @cached_property
    def instances(self) -> Mapping[str, PlannedBlock]:
        """Its resources and data sources by address: ``aws_instance.web[0]``."""
        return {instance.address: self._planned(instance) for instance in self.by_path.get(self.path, ())}

    @cached_property
    def bases(self) -> Mapping[str, list[PlannedBlock]]:
        """The same by the address without a key."""
        found: dict[str, list[PlannedBlock]] = {}
        for block in self.instances.values():
            found.setdefault(block.planned.base, []).append(block)
        return found

    @cached_property
    def items(self) -> tuple[tuple[str, Block | Value], ...]:
        others = [
            item
            for item in (self._made(found) for found in self.code.found if found.block.type in ("provider", "variable", "module"))
            if item
        ]
        return tuple((self.plan.path, item) for item in (*self.instances.values(), *others))

    @property
    def types(self) -> frozenset[str]:
        return frozenset(instance.type for instance in self.by_path.get(self.path, ()))

    @cached_property
    def written(self) -> Mapping[str, hcl.Block]:
        found: dict[str, hcl.Block] = {}
        for kind, start in (("resource", ""), ("data", "data.")):
            for block in self.code.of(kind):
                if len(block.labels) == 2:
                    found.setdefault(f"{start}{block.labels[0]}.{block.labels[1]}", block)
        return found

    def _planned(self, instance: Instance) -> PlannedBlock:
        written = self.written.get(instance.base)
        section = PlannedSection(
            Origin(self, instance), written.body if written else None, instance.values, instance.unknown, instance.keys
        )
        kind = "tf.data" if instance.mode == "data" else "tf.resource"
        name = self.name(instance.address)
        return PlannedBlock(
            kind, name, section.span, instance.type, instance.name, section, self, 1, instance.address, planned=instance,
            third_party=FETCHED in self.code.path.split("/"),
        )  # fmt: skip

    def head(self, instance: Instance) -> Span:
        """The place that stands for an instance: its block, else its address in the JSON."""
        written = self.written.get(instance.base)
        return written.span if written and not self.is_alone else self.plan.place(*instance.head)

    def call_of(self, name: str, code: Directory) -> Block:
        """The block that calls a module; where none is known an empty one."""
        found = super()._block(f"module.{name}")
        if found is not None:
            return found
        span = self.plan.place("planned_values")
        block = hcl.Block("module", (name,), span, hcl.Body({}, (), span))
        return Block(
            "tf.module-call", self.name(f"module.{name}"), span, "", name, Section(span, self, body=block.body), self, 1, f"module.{name}"
        )

    # -- modules

    @cached_property
    def children(self) -> tuple[Module, ...]:
        return tuple(self._called(path) for path in self.below.get(self.path, ()))

    def _called(self, path: Path) -> PlannedModule:
        return PlannedModule(self.plan, self._code_of(path[-1][0]), self.project, path, self)

    def _code_of(self, name: str) -> Directory:
        if isinstance(self.code, PlannedDirectory):
            return self.code.called.get(name) or PlannedDirectory(self.project, self.plan, {}, ())
        target = graph(self.project).targets.get(self.directory, {}).get(name)
        if target is None:
            plain = "".join(f"module.{called}." for called, _ in self.path)
            target = fetched(self.root, f"{plain}module.{name}")
        if target is not None:
            return directory_in(target, self.project)
        return self._as_planned(name)

    def _as_planned(self, name: str) -> Directory:
        """What the JSON says of a module whose files the project does not have."""
        code: PlannedDirectory | None = PlannedDirectory(
            self.project, self.plan, self.plan.configuration or {}, ("configuration", "root_module")
        )
        for called in (*(each for each, _ in self.path), name):
            code = code.called.get(called) if code else None
        return code or PlannedDirectory(self.project, self.plan, {}, ())

    def child(self, name: str) -> Module | None:
        return next((module for module in self.children if isinstance(module, PlannedModule) and module.path[-1][0] == name), None)

    @cached_property
    def by_modules(self) -> Mapping[Path, PlannedModule]:
        """Every module instance of the plan; asked of the root."""
        return {module.path: module for module in self.tree if isinstance(module, PlannedModule)}

    # -- finding

    def _block(self, address: str) -> Block | None:
        if address in self.instances:
            return self.instances[address]
        if found := self.bases.get(address):
            return found[0]
        return None if address in self.written else super()._block(address)

    def located(self, address: str) -> Block | None:
        path, rest = split(address)
        root: Any = self.root
        module: PlannedModule | None = root.by_modules.get(path)
        if module is None:
            plain = [name for name, _ in path]
            module = next((each for other, each in root.by_modules.items() if [name for name, _ in other] == plain), None)
        return module.find(rest) if module is not None else None

    def same(self, address: str) -> list[PlannedBlock]:
        """Every instance of a resource whose full address may lack keys."""
        path, rest = split(address)
        plain, root = without_keys(path), self.root
        found: list[PlannedBlock] = []
        modules: Mapping[Path, list[PlannedModule]] = root.by_plain_path  # type: ignore[attr-defined]
        for module in modules.get(plain, ()):
            if any(key and key != other for (_, key), (_, other) in zip(path, module.path, strict=True)):
                continue
            found += [module.instances[rest]] if rest in module.instances else module.bases.get(rest, ())
        return found

    def origins(self, expression: ast.Expression | None, each: ast.Expression | None = None) -> set[str]:
        found: set[str] = set()
        for address in self.written_origins(expression, each):
            found |= {block.full_address for block in self.same(address)} or {address}
        return found

    def written_origins(self, expression: ast.Expression | None, each: ast.Expression | None = None) -> set[str]:
        """The same without the keys of instances, as the configuration has it."""
        return super().origins(expression, each)

    @cached_property
    def by_plain_path(self) -> Mapping[Path, list[PlannedModule]]:
        """The module instances by their path without keys; asked of the root."""
        found: dict[Path, list[PlannedModule]] = {}
        for path, module in self.by_modules.items():
            found.setdefault(without_keys(path), []).append(module)
        return found

    # -- what names mean

    @cached_property
    def given(self) -> dict[str, hcl.Attribute]:
        return {}

    @cached_property
    def possible(self) -> dict[str, list[hcl.Attribute]]:
        return {}

    def _variable(self, name: str) -> Any:
        if self._parent is None and name in self.plan.variables:
            block = self.code.declared.get(name)
            type_ = type_of_variable(block) if block else ANY
            return typed(self, name, self.plan.variables[name], type_)
        return super()._variable(name)

    def resource(self, address: str) -> Any:
        found = self.bases.get(address, [])
        if not found:
            return Computed(self.prefix + address, "", self)
        return _by_key([(block.planned.key, Thing(block.full_address, self, block.read)) for block in found])

    def called_module(self, name: str) -> Any:
        children = [module for module in self.children if isinstance(module, PlannedModule) and module.path[-1][0] == name]
        if not children:
            return Computed(f"{self.prefix}module.{name}", "", self)
        return _by_key([(module.path[-1][1], Thing(module.prefix.removesuffix("."), self, module.output)) for module in children])

    def named(self, root: str, name: str) -> Any:
        if root == "terraform":
            return Unknown(f"a plan does not say what terraform.{name} was")
        return super().named(root, name)

    def uncertain(self, address: str) -> str | None:
        return None


def _by_key(things: list[tuple[str, Thing]]) -> Any:
    """What instances are in an expression: the only one that has no key, a list of those with numbers, an object."""
    if len(things) == 1 and not things[0][0]:
        return things[0][1]
    if all(key[1:2].isdigit() for key, _ in things):
        return List((thing for _, thing in sorted(things, key=lambda pair: int(pair[0][1:-1]))), NOWHERE)
    return Object({key_text(key): thing for key, thing in things})
