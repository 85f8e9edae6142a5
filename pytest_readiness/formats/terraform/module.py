"""A Terraform module as it is run or called: the text of a directory, and the values its names have there."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from typing import Any

from ...configuration import Environment
from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...syntax import hcl
from ...syntax import hcl_expressions
from ...unknown import Unknown
from ...unknown import Unresolved
from . import inputs
from .blocks import Block
from .blocks import Section
from .blocks import Value
from .calls import graph
from .directory import FETCHED
from .directory import Directory
from .directory import Found
from .directory import directory_in
from .eval import evaluate
from .fetched import beside
from .fetched import fetched
from .instances import instances_of
from .instances import several
from .overrides import clean
from .overrides import name_of
from .overrides import source_of
from .references import origins
from .values import Computed
from .values import Each
from .values import Either
from .values import Thing
from .variables import variable_value
from .work import Work

_KINDS = {"resource": "tf.resource", "data": "tf.data", "module": "tf.module-call", "variable": "tf.variable", "provider": "tf.provider"}
PER_CALL = frozenset(("tf.resource", "tf.data", "tf.module-call"))  # what differs by caller and environment
MAX_MODULES = 1_000


@dataclass(eq=False)
class _Reach:
    """The modules that a root calls, at any depth."""

    made: int = 0
    failures: list[ParseFailure] = field(default_factory=list)


class Module:
    """A directory run as a root (``call`` is None), or called by a block of another module.

    Its variables have the values that the caller, or the variable files of the root and its environment, give them.
    """

    bindings: Mapping[str, Any] = {}
    run_name: str = ""  # of a root: what tells its runs apart where other tools run it, as the units of Terragrunt

    def __init__(
        self,
        code: Directory,
        project: Project,
        call: Block | None = None,
        environment: Environment | None = None,
        *,
        detached: bool = False,
    ) -> None:
        self.code = code
        self.directory = code.path
        self.project = project
        self.call = call
        self.environment: Environment | None = call.module.environment if call else environment
        self.detached = detached  # called by somebody, but by nobody we can follow
        self.is_made = not detached or code.path in graph(project).unfollowed
        self.root: Module = call.module.root if call else self
        self.prefix: str = f"{call.module.prefix}module.{call.label}." if call else ""
        self.work: Work = self.root.work if call else Work()
        self.reach: _Reach = self.root.reach if call else _Reach()
        self._blocks: dict[str, Block | None] = {}
        self._children: dict[str, Module | None] = {}
        self._locals: dict[str, Any] = {}
        self._outputs: dict[str, Any] = {}
        self._variables: dict[str, Any] = {}
        self._attachments: dict[tuple[str, str], dict[tuple[str, str], list[Block]]] = {}

    def __repr__(self) -> str:
        return f"<Module {self.prefix or '.'} {self.directory}>"

    # -- the text, as the directory has it

    @property
    def paths(self) -> tuple[str, ...]:
        """Its configuration files."""
        return self.code.paths

    @property
    def failures(self) -> list[ParseFailure]:
        """What is wrong with the blocks, beyond the syntax."""
        return self.code.failures

    @property
    def unread(self) -> tuple[ParseFailure, ...]:
        """The files that cannot be read."""
        return self.code.unread

    @property
    def home(self) -> Span:
        """The place that stands for the module."""
        return self.code.home

    @property
    def types(self) -> frozenset[str]:
        """The types of all its resources and data sources, also of those without an instance."""
        return self.code.types

    @property
    def constrained_providers(self) -> frozenset[str]:
        """The local names of the providers that ``required_providers`` gives a version."""
        return self.code.constrained_providers

    def of(self, type: str) -> Iterator[hcl.Block]:
        """Its top-level blocks of a type."""
        return self.code.of(type)

    def local_attribute(self, name: str) -> hcl.Attribute | None:
        """How a local value is written."""
        return self.code.locals.get(name)

    def demand_all(self) -> None:
        """Raise `Unresolved` where a file could not be read: what seems absent may stand there."""
        self.code.demand_all()

    # -- what it is in the project

    @property
    def calls(self) -> frozenset[str]:
        """The directories of the project that it calls as modules."""
        return frozenset(graph(self.project).targets.get(self.directory, {}).values())

    @property
    def called(self) -> bool:
        """Whether another directory of the project calls it, so that only callers decide its variables."""
        return self.call is not None or self.detached

    @property
    def is_root(self) -> bool:
        """Whether somebody runs Terraform here: configured, not called, not a library."""
        return not self.called and self.code.is_configured

    @property
    def environments(self) -> tuple[str, ...]:
        """The words that say what it is for: the directory of the root, the environment, its workspace."""
        environment = self.environment
        return (
            (self.root.directory, environment.workspace, environment.name) if environment else (self.root.run_name or self.root.directory,)
        )

    def name(self, address: str) -> str:
        """What a block is called in node ids: with the modules that lead to it, and what tells two runs apart."""
        label = f"{self.environment.name}:" if self.environment else ""
        if self.root.run_name:
            label += f"{self.root.run_name}:"
        elif self.call is not None and len(graph(self.project).reached.get(self.directory, ())) != 1:
            label += f"{self.root.directory or '.'}:"
        return clean(f"{label}{self.prefix}{address}")

    # -- blocks

    @cached_property
    def items(self) -> tuple[tuple[str, Block | Value], ...]:
        """What can be judged, with the file it belongs to; blocks known to have no instance are left out."""
        made: list[tuple[str, Block | Value]] = []
        for found in self.code.found:
            block = found.block
            if block.type in _KINDS:
                item = self._made(found)
                if item is not None and item.instances != 0:
                    made.append((found.path, item))
            elif block.type == "locals":
                for attribute in block.body.attributes.values():
                    made.append((found.path, Value("tf.local", f"local.{attribute.name}", attribute.span, attribute, self)))
            elif block.type == "terraform" and not self.called:  # Terraform ignores the backend of a called module
                for backend in block.body.of("backend"):
                    label = backend.labels[0] if backend.labels else ""
                    section = Section(backend.span, self, body=backend.body)
                    name = f"backend.{label}"
                    made.append((found.path, Block("tf.backend", clean(name), backend.span, label, "", section, self, address=name)))
        return tuple(made)

    @cached_property
    def items_by_path(self) -> Mapping[str, list[Block | Value]]:
        """The items of each file."""
        found: dict[str, list[Block | Value]] = {}
        for path, item in self.items:
            found.setdefault(path, []).append(item)
        return found

    @cached_property
    def _found(self) -> Mapping[str, Found]:
        """The blocks by address; of two with the same the first."""
        found: dict[str, Found] = {}
        for one in self.code.found:
            if one.block.type in _KINDS:
                found.setdefault(_address(one.block), one)
        return found

    def _made(self, found: Found) -> Block | None:
        """The block of a text; each is made once, when it is first asked for."""
        address = _address(found.block)
        if self._found[address] is not found:
            return self._item(found.block, address)  # a second one, which is a failure already
        if address not in self._blocks:
            made = self._guarded(("block", address), lambda: self._item(found.block, address))
            if isinstance(made, Unknown):  # its count asks for itself
                return None
            self._blocks[address] = made
        return self._blocks[address]

    def _block(self, address: str) -> Block | None:
        """The block of an address, also of one that has no instance."""
        found = self._found.get(address)
        return self._made(found) if found is not None else None

    def find(self, address: str) -> Block | None:
        """The block of an address of this module: ``aws_vpc.main``, ``data.aws_ami.x``, ``module.vpc``."""
        block = self._block(address)
        return None if block is None or block.instances == 0 else block

    def located(self, address: str) -> Block | None:
        """The block of an address with the modules that lead there from the root: ``module.db.aws_db_instance.main``."""
        module, rest = self.root, address
        while rest.startswith("module."):
            _, name, following = (*rest.split(".", 2), "")[:3]
            if not following or (child := module.child(name)) is None:
                break
            module, rest = child, following
        return module.find(rest)

    def _item(self, block: hcl.Block, address: str) -> Block:
        kind = _KINDS[block.type]
        made = instances_of(block, self)
        type, label = ([*block.labels, ""] if len(block.labels) == 1 else block.labels)[:2]
        name = self.name(address) if kind in PER_CALL else clean(address)
        if block.type in ("module", "variable"):
            type, label = source_of(block) if block.type == "module" else block.type, block.labels[0]
        section = Section(block.span, made.scope, body=block.body, variants=made.variants, certain=made.certain)
        environment = self.environment.name if self.environment and kind in PER_CALL else ""
        fetched = FETCHED in self.directory.split("/")
        return Block(
            kind, name, block.span, type, label, section, self, made.amount, address, for_environment=environment, third_party=fetched
        )

    @cached_property
    def _by_type(self) -> dict[str, list[Block]]:
        index: dict[str, list[Block]] = {}
        for _, item in self.items:
            if isinstance(item, Block):
                key = f"data.{item.type}" if item.kind == "tf.data" else item.type
                index.setdefault(key if item.kind in ("tf.resource", "tf.data") else item.kind, []).append(item)
        return index

    def resources(self, *types: str) -> list[Block]:
        """Its resources of the types; ``data.type`` for data sources, a kind for other blocks."""
        return [block for type in types for block in self._by_type.get(type, ())]

    def attachments(self, type: str, by: str) -> Mapping[tuple[str, str], list[Block]]:
        """The resources of a type in the root and all it calls, by what their argument ``by`` links them to; see `Block.links`."""
        if self.root is not self:
            return self.root.attachments(type, by)
        if (type, by) not in self._attachments:
            index: dict[tuple[str, str], list[Block]] = {}
            for module in self.tree:
                for block in module.resources(type):
                    for key in block.links(by):
                        index.setdefault(key, []).append(block)
            self._attachments[type, by] = index
        return self._attachments[type, by]

    # -- modules it calls

    def child(self, name: str) -> Module | None:
        """The module behind a call, None where the project does not have it or nothing is made of it."""
        if name not in self._children:
            self._children[name] = self._child(name)
        return self._children[name]

    def _child(self, name: str) -> Module | None:
        call = self.find(f"module.{name}")
        if call is None:
            return None
        target = graph(self.project).targets.get(self.directory, {}).get(name)
        if target is None:
            target = fetched(self.root, f"{self.prefix}module.{name}") or beside(self, call)
        if target is None or (self.directory, name) in graph(self.project).circular or self._is_inside(target):
            return None
        if self.reach.made >= MAX_MODULES:
            if not self.reach.failures:
                reason = f"more than {MAX_MODULES:,} modules are called from {self.root.directory or '.'}: the rest was not looked at"
                self.reach.failures.append(ParseFailure(reason, call.span))
            return None
        self.reach.made += 1
        return Module(directory_in(target, self.project), self.project, call)

    def _is_inside(self, target: str) -> bool:
        module: Module | None = self
        while module is not None:
            if module.directory == target:
                return True
            module = module.call.module if module.call else None
        return False

    @cached_property
    def children(self) -> tuple[Module, ...]:
        """The modules it calls."""
        return tuple(child for name in self.code.calls if (child := self.child(name)) is not None)

    @cached_property
    def tree(self) -> tuple[Module, ...]:
        """Itself and all that is called from it, at any depth."""
        found: list[Module] = []
        stack = [self]
        while stack:
            module = stack.pop()
            found.append(module)
            stack.extend(reversed(module.children))
        return tuple(found)

    @property
    def tree_failures(self) -> list[ParseFailure]:
        """What is wrong with the calls of a root as a whole."""
        return self.reach.failures if self.tree else []

    # -- what names mean (a Scope)

    @cached_property
    def given(self) -> dict[str, hcl.Attribute]:
        """The values of variables that files and the environment give to a root."""
        return {} if self.called else inputs.given(self.code, self.environment, self.project)

    @cached_property
    def possible(self) -> dict[str, list[hcl.Attribute]]:
        """The values that variables have in files of which nobody says when they are used."""
        return {} if self.called or self.environment else inputs.possible(self.code, self.project)

    def variable(self, name: str) -> Any:
        """The value of a variable: of the caller or the variable files, else its default; unknown where nobody says."""
        if name not in self._variables:
            self._variables[name] = self._guarded(("var", name), lambda: self._variable(name))
        return self._variables[name]

    def _variable(self, name: str) -> Any:
        return variable_value(self, name)

    def undeclared(self, what: str) -> str:
        """Why a name means nothing: where a file cannot be read, it may stand there."""
        return f"{what}, and {self.unread[0].span.path} cannot be read" if self.unread else what

    def variable_place(self, name: str) -> Span | None:
        """Where the value of a variable is written by a caller or a variable file."""
        if self.call is not None and self.call.section.has(name):
            return self.call.at(name)
        return self.given[name].span if name in self.given and name in self.code.declared else None

    def local(self, name: str) -> Any:
        """The value of a local."""
        if name not in self._locals:
            attribute = self.local_attribute(name)
            if attribute is None:
                return Unknown(self.undeclared(f"local {name} is not defined"))
            self._locals[name] = self._guarded(("local", name), lambda: evaluate(attribute.expression, self))
        return self._locals[name]

    def output(self, name: str) -> Any:
        """What the module hands back under a name."""
        if name not in self._outputs:
            block = self.code.outputs.get(name)
            attribute = block.body.attributes.get("value") if block else None
            if attribute is None:
                self.demand_all()
                raise LookupError(name)
            self._outputs[name] = self._guarded(("output", name), lambda: evaluate(attribute.expression, self))
        return self._outputs[name]

    def _read(self, block: Block, section: Section, name: str) -> Any:
        computed = Computed(self.prefix + block.address, name, self)
        if not section.has(name):
            return computed
        value = self._guarded((block.address, name, section), lambda: section.get(name))
        return computed if value is None and block.type != "terraform_data" else value

    def resource(self, address: str) -> Any:
        """A resource or data source, a collection of them where it is made several times."""
        block = self._block(address)
        if block is None:
            return Computed(self.prefix + address, "", self)

        def thing(section: Section) -> Thing:
            return Thing(self.prefix + address, self, lambda name: self._read(block, section, name))

        return several(block, self, lambda scope: thing(block.section if scope is None else block.section.within(scope)))

    def called_module(self, name: str) -> Any:
        """``module.name``: what its outputs are read from."""
        call, address = self._block(f"module.{name}"), f"{self.prefix}module.{name}"
        if call is None:
            return Unknown(self.undeclared(f"module {name} is not defined"))
        child = self.child(name)

        def read(output: str) -> Any:
            if child is None:
                return Computed(address, output, self)
            value = child.output(output)
            return Either(value.source, value.options) if isinstance(value, Each) else value

        return several(call, self, lambda _: Thing(address, self, read))

    def named(self, root: str, name: str) -> Any:
        """``path.module``, ``terraform.workspace`` and the like."""
        if root == "path" and name in ("module", "root"):
            directory = self.directory if name == "module" else self.root.directory
            return posixpath.relpath(directory or ".", self.root.directory or ".")
        if root == "terraform" and name == "workspace":
            workspace = self.environment.workspace if self.environment else ""
            return workspace or Unknown("terraform.workspace: give it to an environment in readiness.yaml")
        return Unknown(f"known where Terraform runs: {root}.{name}")

    def read(self, path: str) -> str:
        """The text of a file as ``file()`` names it; raises `Unresolved` where the project does not have it."""
        place = posixpath.normpath(posixpath.join(self.root.directory or ".", path))
        if path.startswith(("/", "~")) or not self.project.exists(place):
            raise Unresolved(f"{path} is no file of the project")
        try:
            return self.project.text(place)
        except ParseFailure as failure:
            raise Unresolved(f"{place} {failure.reason}") from None

    def uncertain(self, address: str) -> str | None:
        """Why it is not known whether a resource or module exists, None where it is."""
        block = self._block(address)
        if block is None or block.section.certain:
            return None
        return f"unknown until apply: how many {self.prefix}{address} there are"

    def _guarded(self, key: tuple[object, ...], compute: Callable[[], Any]) -> Any:
        return self.work.guarded((self.prefix, *key), compute)

    def begin(self) -> None:
        """Another value is worked out, unless it is needed for one already."""
        self.work.begin()

    def spend(self, amount: int) -> None:
        """Count work, so that no value takes for ever."""
        self.work.spend(amount)

    # -- what an expression refers to

    def origins(self, expression: hcl_expressions.Expression | None, each: hcl_expressions.Expression | None = None) -> set[str]:
        """The full addresses that an expression refers to, through locals, variables, outputs and ``each``."""
        return origins(self, expression, each)


def _address(block: hcl.Block) -> str:
    name = name_of(block)
    alias = block.body.attributes.get("alias") if block.type == "provider" else None
    return f"{name}.{alias.source.strip(chr(34))}" if alias else name
