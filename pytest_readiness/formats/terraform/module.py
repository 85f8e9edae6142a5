"""A Terraform module: the blocks of a directory's files as one, and what its names mean."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax import hcl
from ...syntax import hcl_expressions
from ...unknown import Unknown
from ...unknown import Unresolved
from ...unknown import is_unknown
from .blocks import Block
from .blocks import Section
from .blocks import Value
from .eval import bound
from .eval import evaluate
from .overrides import clean
from .overrides import identity
from .overrides import merged
from .overrides import name_of
from .overrides import source_of
from .overrides import undeclared
from .overrides import without
from .values import Computed
from .values import Either
from .values import number

CODE = (".tf", ".tofu", ".tf.json", ".tofu.json")
VALUES = (".tfvars", ".tfvars.json")
_OVERRIDE = re.compile(r"(.*_)?override\.(tf|tofu)(\.json)?").fullmatch
_LABELS = {"resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "provider": 1, "locals": 0, "terraform": 0}
_KINDS = {"resource": "tf.resource", "data": "tf.data", "module": "tf.module-call", "variable": "tf.variable", "provider": "tf.provider"}
MAX_HOPS = 40


@dataclass(frozen=True, eq=False)
class Found:
    """A top-level block and the file it was first written in; overrides are merged in."""

    path: str
    block: hcl.Block


class Module:
    """One directory. Everything is read once, when it is first asked for."""

    bindings: Mapping[str, Any] = {}

    def __init__(self, directory: str, project: Project) -> None:
        self.directory = directory
        self.project = project
        self._hops = 0
        self._open: set[object] = set()
        self._locals: dict[str, Any] = {}
        self._attachments: dict[tuple[str, str], dict[tuple[str, str], list[Block]]] = {}
        self._variables: dict[str, Any] = {}

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Its configuration files."""
        return tuple(path for path in self.project.below(self.directory) if path.endswith(CODE))

    @cached_property
    def bodies(self) -> dict[str, hcl.Body | ParseFailure]:
        """The files as blocks, or why they cannot be read."""
        return {path: read(path, self.project) for path in self.paths}

    @property
    def unread(self) -> tuple[ParseFailure, ...]:
        """The files that cannot be read."""
        return tuple(body for body in self.bodies.values() if isinstance(body, ParseFailure))

    def demand_all(self) -> None:
        """Raise `Unresolved` where a file could not be read: what seems absent may stand there."""
        for failure in self.unread:
            raise Unresolved(f"{failure.span.path} cannot be read")

    # -- blocks

    @cached_property
    def _sorted(self) -> tuple[list[Found], list[ParseFailure]]:
        found: dict[tuple[object, ...], Found] = {}
        failures: list[ParseFailure] = []
        overrides: list[Found] = []
        for path, body in self.bodies.items():
            for block in body.blocks if isinstance(body, hcl.Body) else ():
                if len(block.labels) != _LABELS.get(block.type, len(block.labels)):
                    failures.append(ParseFailure(f"{block.type} needs {_LABELS[block.type]} labels, not {len(block.labels)}", block.span))
                elif _OVERRIDE(path.rpartition("/")[2]):
                    overrides.append(Found(path, block))
                else:
                    self._place(Found(path, block), found, failures)
        for override in overrides:
            key = identity(override.block)
            if key in found:
                base = found[key]
                found[key] = Found(base.path, merged(base.block, override.block))
            elif override.block.type in ("terraform", "locals"):
                for other, base in found.items():
                    if base.block.type == override.block.type:
                        found[other] = Found(base.path, without(base.block, override.block))
                found[(*key, override.path)] = override
            else:
                failures.append(ParseFailure(f"overrides {name_of(override.block)}, which is not defined", override.block.span))
        backends = [
            b for new in found.values() if new.block.type == "terraform" for b in new.block.body.blocks if b.type in ("backend", "cloud")
        ]
        failures += [ParseFailure(f"a second backend, the first is at {backends[0].span}", backend.span) for backend in backends[1:]]
        failures += undeclared(self.bodies)
        return list(found.values()), failures

    def _place(self, new: Found, found: dict[tuple[object, ...], Found], failures: list[ParseFailure]) -> None:
        key = identity(new.block)
        if new.block.type not in _LABELS or new.block.type in ("terraform", "locals"):
            key = (*key, new.path, new.block.span)
        elif key in found:
            first = found[key]
            if posixpath.splitext(first.path)[0] != posixpath.splitext(new.path)[0] or first.path == new.path:
                failures.append(ParseFailure(f"{name_of(new.block)} is defined twice, first at {first.block.span}", new.block.span))
            key = (*key, new.path, new.block.span)
        found[key] = new

    @property
    def failures(self) -> list[ParseFailure]:
        """What is wrong with the blocks, beyond the syntax."""
        return self._sorted[1]

    def of(self, type: str) -> Iterator[hcl.Block]:
        """Its top-level blocks of a type."""
        return (found.block for found in self._sorted[0] if found.block.type == type)

    @cached_property
    def items(self) -> tuple[tuple[str, Block | Value], ...]:
        """What can be judged, with the file it belongs to; blocks known to have no instance are left out."""
        made: list[tuple[str, Block | Value]] = []
        for found in self._sorted[0]:
            block = found.block
            if kind := _KINDS.get(block.type):
                item = self._item(kind, block)
                if item.instances != 0:
                    made.append((found.path, item))
            elif block.type == "locals":
                for attribute in block.body.attributes.values():
                    made.append((found.path, Value("tf.local", f"local.{attribute.name}", attribute.span, attribute, self)))
            elif block.type == "terraform" and not self.called:  # Terraform ignores the backend of a called module
                for backend in block.body.of("backend"):
                    label = backend.labels[0] if backend.labels else ""
                    section = Section(backend.span, self, body=backend.body)
                    made.append((found.path, Block("tf.backend", clean(f"backend.{label}"), backend.span, label, "", section, self)))
        return tuple(made)

    def _item(self, kind: str, block: hcl.Block) -> Block:
        scope, instances = self._instances(block)
        type, label = ([*block.labels, ""] if len(block.labels) == 1 else block.labels)[:2]
        name = name_of(block)
        if block.type in ("module", "variable"):
            type, label = source_of(block) if block.type == "module" else block.type, block.labels[0]
        elif block.type == "provider" and (alias := block.body.attributes.get("alias")):
            name = f"{name}.{alias.source.strip(chr(34))}"
        return Block(kind, clean(name), block.span, type, label, Section(block.span, scope, body=block.body), self, instances)

    def _instances(self, block: hcl.Block) -> tuple[Any, int | None]:
        """What ``each`` means in a block and how often it exists, None where nobody knows."""
        attributes = block.body.attributes
        if count := attributes.get("count"):
            value = evaluate(count.expression, self)
            try:
                return self, None if is_unknown(value) else int(number(value))
            except (TypeError, ValueError, ArithmeticError):
                return self, None
        if for_each := attributes.get("for_each"):
            value = evaluate(for_each.expression, self)
            if not isinstance(value, (dict, list)):
                return self, None
            pairs = list(value.items()) if isinstance(value, dict) else [(item, item) for item in value]
            if not 0 < len(pairs) <= 8:
                return self, len(pairs)
            reason = f"differs by instance: {for_each.source}"
            each = {
                "key": pairs[0][0] if len(pairs) == 1 else Either(reason, tuple(key for key, _ in pairs)),
                "value": pairs[0][1] if len(pairs) == 1 else Either(reason, tuple(item for _, item in pairs)),
            }
            return bound(self, {"each": each}), len(pairs)
        return self, None

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
        """The resources of a type by what their argument ``by`` links them to; see `Block.links`."""
        if (type, by) not in self._attachments:
            index: dict[tuple[str, str], list[Block]] = {}
            for block in self.resources(type):
                for key in block.links(by):
                    index.setdefault(key, []).append(block)
            self._attachments[type, by] = index
        return self._attachments[type, by]

    @cached_property
    def _by_address(self) -> dict[str, Block]:
        return {item.name: item for _, item in self.items if isinstance(item, Block)}

    def find(self, address: str) -> Block | None:
        """The block of an address: ``aws_vpc.main``, ``data.aws_ami.x``, ``module.vpc``."""
        return self._by_address.get(address)

    @cached_property
    def constrained_providers(self) -> frozenset[str]:
        """The local names of the providers that ``required_providers`` gives a version."""
        blocks = [block for setting in self.of("terraform") for block in setting.body.of("required_providers")]
        return frozenset(name for block in blocks for name, entry in block.body.attributes.items() if _has_version(entry.expression))

    @cached_property
    def types(self) -> frozenset[str]:
        """The types of all its resources and data sources, also of those without an instance."""
        return frozenset(block.labels[0] for kind in ("resource", "data") for block in self.of(kind))

    @cached_property
    def home(self) -> Span:
        """The place that stands for the module: its terraform block, else the head of main.tf or its first file."""
        for block in self.of("terraform"):
            return block.span
        main = f"{self.directory}/main.tf".lstrip("/")
        return Span(main if main in self.bodies else self.paths[0], 1, 1, 1, 1)

    # -- what it is in the project

    @cached_property
    def calls(self) -> frozenset[str]:
        """The directories it calls as modules."""
        found = set()
        for block in self.of("module"):
            source = block.body.attributes.get("source")
            value = evaluate(source.expression, self) if source else None
            if isinstance(value, str) and value.startswith(("./", "../")):
                found.add(posixpath.normpath(posixpath.join(self.directory, value)).removeprefix("./").removeprefix("."))
        return frozenset(found)

    @cached_property
    def called(self) -> bool:
        """Whether another directory of the project calls it, so that only callers decide its variables."""
        return self.directory in _called(self.project)

    @cached_property
    def is_root(self) -> bool:
        """Whether somebody runs Terraform here: configured, not called, not a library."""
        if self.called:
            return False
        settings = list(self.of("terraform"))
        if any(block.type in ("backend", "cloud") for setting in settings for block in setting.body.blocks):
            return True
        if any(not block.body.attributes.get("configuration_aliases") for block in self.of("provider")):
            return True
        if any(path.endswith(VALUES) for path in self.project.below(self.directory)):
            return bool(settings)
        variables, outputs = list(self.of("variable")), list(self.of("output"))
        required = any("default" not in block.body.attributes for block in variables)
        library = required or (variables and outputs) or "modules" in self.directory.split("/")
        return bool(settings) and not library

    # -- what names mean (a Scope)

    @cached_property
    def _values(self) -> dict[str, Any]:
        """What the variable files that Terraform loads by itself say."""
        names = [path for path in self.project.below(self.directory) if path.endswith(VALUES)]
        automatic = [path for path in names if ".auto.tfvars" in path]
        fixed = [path for path in names if path.rpartition("/")[2] in ("terraform.tfvars", "terraform.tfvars.json")]
        found: dict[str, Any] = {}
        for path in (*fixed, *automatic):
            body = read(path, self.project)
            if isinstance(body, hcl.Body):
                found.update((name, evaluate(attribute.expression, self)) for name, attribute in body.attributes.items())
        return found

    @cached_property
    def _declared(self) -> dict[str, hcl.Block]:
        return {block.labels[0]: block for block in self.of("variable")}

    def variable(self, name: str) -> Any:
        """The value of a variable: of the variable files, else its default; unknown where callers decide."""
        if name not in self._variables:
            self._variables[name] = self._variable(name)
        return self._variables[name]

    def _variable(self, name: str) -> Any:
        block = self._declared.get(name)
        if block is None:
            return Unknown(f"variable {name} is not declared")
        if self.called:
            return Unknown(f"variable {name} is set by the caller")
        if name in self._values:
            return self._values[name]
        default = block.body.attributes.get("default")
        if default is None:
            return Unknown(f"variable {name} has no value here")
        return evaluate(default.expression, self)

    @cached_property
    def _local_attributes(self) -> dict[str, hcl.Attribute]:
        return {name: attribute for block in self.of("locals") for name, attribute in block.body.attributes.items()}

    def local_attribute(self, name: str) -> hcl.Attribute | None:
        """How a local value is written."""
        return self._local_attributes.get(name)

    def local(self, name: str) -> Any:
        """The value of a local."""
        if name not in self._locals:
            attribute = self._local_attributes.get(name)
            if attribute is None:
                return Unknown(f"local {name} is not defined")
            self._locals[name] = self._guarded(("local", name), lambda: evaluate(attribute.expression, self))
        return self._locals[name]

    def argument(self, address: str, name: str) -> Any:
        """An argument of a resource as it is written; what the provider computes is known after apply."""
        block = self.find(address)
        if block is None or not block.section.has(name):
            return Computed(address, name)
        return self._guarded((address, name), lambda: block.get(name))

    def _guarded(self, key: object, compute: Any) -> Any:
        if key in self._open or self._hops > MAX_HOPS:
            return Unknown(f"refers to itself: {'.'.join(key)}" if isinstance(key, tuple) else "refers to itself")
        self._open.add(key)
        self._hops += 1
        try:
            return compute()
        finally:
            self._hops -= 1
            self._open.discard(key)


def read(path: str, project: Project) -> hcl.Body | ParseFailure:
    """The blocks of one file, parsed once."""
    try:
        return _body(project, path)
    except ParseFailure as failure:
        return failure


@once
def _body(project: Project, path: str) -> hcl.Body:
    return hcl.parse(path, project.text(path))


def module_of(path: str, project: Project) -> Module:
    """The module a file belongs to."""
    return module_in(path.rpartition("/")[0], project)


def module_in(directory: str, project: Project) -> Module:
    """The module of a directory."""
    return _module(project, directory)


@once
def _module(project: Project, directory: str) -> Module:
    return Module(directory, project)


@once
def modules(project: Project) -> tuple[Module, ...]:
    """Every module of the project."""
    directories = sorted({path.rpartition("/")[0] for path in project.paths if path.endswith(CODE)})
    return tuple(module_in(directory, project) for directory in directories)


@once
def _called(project: Project) -> frozenset[str]:
    return frozenset(directory for module in modules(project) for directory in module.calls if directory != module.directory)


def mentions(expression: hcl_expressions.Expression) -> set[str]:
    """The addresses of everything an expression refers to."""
    found = set()
    for node in hcl_expressions.walk(expression):
        if isinstance(node, hcl_expressions.Reference) and len(node.path) >= 2:
            found.add(".".join(node.path[: 3 if node.path[0] == "data" else 2]))
    return found


def _has_version(expression: hcl_expressions.Expression) -> bool:
    """Whether an entry of ``required_providers`` names a version: an object with one, or the old plain constraint."""
    if isinstance(expression, hcl_expressions.Object):
        return any(isinstance(key, hcl_expressions.Literal) and key.value == "version" for key, _ in expression.items)
    return isinstance(expression, hcl_expressions.Literal)
