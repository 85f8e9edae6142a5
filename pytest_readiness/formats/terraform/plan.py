"""Plans and states as ``terraform show -json`` prints them: the same rules on resolved values.

The instances come from the JSON. How something is written, and where, comes from the configuration beside the
plan where the project has it, else from what the JSON says of the configuration.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...model import Finding
from ...model import ParseFailure
from ...model import Resource
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax import hcl
from ...syntax import hcl_expressions as ast
from ...syntax.json_places import Key
from ...unknown import Unknown
from ...unknown import Unresolved
from ..base import Format
from .blocks import Block
from .blocks import Section
from .blocks import Value
from .calls import graph
from .directory import FETCHED
from .directory import Directory
from .directory import directory_in
from .eval import Scope
from .eval import bound
from .eval import evaluate
from .module import Module
from .module import _fetched
from .planned import HIDDEN
from .planned import Instance
from .planned import Path
from .planned import PlanFile
from .planned import PlannedDirectory
from .planned import is_plan
from .planned import leaves
from .planned import plan_file
from .planned import prefix
from .planned import split
from .types import ANY
from .types import constraint
from .values import NOWHERE
from .values import Computed
from .values import Failed
from .values import List
from .values import Object
from .values import Thing
from .values import holds_unknown

META = frozenset(("count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection"))
MAX_DEPTH = 60  # values within values
_PIPELINE = re.compile(r"(?<![a-z0-9])ci(?![a-z0-9])", re.IGNORECASE)
_INDEX = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[([0-9]+)\]')


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
    def _written(self) -> Mapping[str, hcl.Block]:
        found: dict[str, hcl.Block] = {}
        for kind, start in (("resource", ""), ("data", "data.")):
            for block in self.code.of(kind):
                if len(block.labels) == 2:
                    found.setdefault(f"{start}{block.labels[0]}.{block.labels[1]}", block)
        return found

    def _planned(self, instance: Instance) -> PlannedBlock:
        written = self._written.get(instance.base)
        section = PlannedSection(
            _Origin(self, instance), written.body if written else None, instance.values, instance.unknown, instance.keys
        )
        kind = "tf.data" if instance.mode == "data" else "tf.resource"
        name = self.name(instance.address)
        return PlannedBlock(
            kind, name, section.span, instance.type, instance.name, section, self, 1, instance.address, planned=instance,
            third_party=FETCHED in self.code.path.split("/"),
        )  # fmt: skip

    def head(self, instance: Instance) -> Span:
        """The place that stands for an instance: its block, else its address in the JSON."""
        written = self._written.get(instance.base)
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
            target = _fetched(self.root, f"{plain}module.{name}")
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
        return None if address in self._written else super()._block(address)

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
        plain, root = _plain(path), self.root
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
            found.setdefault(_plain(path), []).append(module)
        return found

    # -- what names mean

    @cached_property
    def _given(self) -> dict[str, hcl.Attribute]:
        return {}

    @cached_property
    def _possible(self) -> dict[str, list[hcl.Attribute]]:
        return {}

    def _variable(self, name: str) -> Any:
        if self._parent is None and name in self.plan.variables:
            block = self.code.declared.get(name)
            type_ = constraint(block.body.attributes["type"].expression) if block and "type" in block.body.attributes else ANY
            return self._typed(name, self.plan.variables[name], type_)
        return super()._variable(name)

    def resource(self, address: str) -> Any:
        found = self.bases.get(address, [])
        if not found:
            return Computed(self.prefix + address, "", self)
        things = [(block.planned.key, Thing(block.full_address, self, block.read)) for block in found]
        if len(things) == 1 and not things[0][0]:
            return things[0][1]
        if all(key[1:2].isdigit() for key, _ in things):
            return List((thing for _, thing in sorted(things, key=lambda pair: int(pair[0][1:-1]))), NOWHERE)
        return Object({_key(key): thing for key, thing in things})

    def called_module(self, name: str) -> Any:
        children = [module for module in self.children if isinstance(module, PlannedModule) and module.path[-1][0] == name]
        things = [(module.path[-1][1], Thing(module.prefix.removesuffix("."), self, module.output)) for module in children]
        if not things:
            return Computed(f"{self.prefix}module.{name}", "", self)
        if len(things) == 1 and not things[0][0]:
            return things[0][1]
        if all(key[1:2].isdigit() for key, _ in things):
            return List((thing for _, thing in sorted(things, key=lambda pair: int(pair[0][1:-1]))), NOWHERE)
        return Object({_key(key): thing for key, thing in things})

    def named(self, root: str, name: str) -> Any:
        if root == "terraform":
            return Unknown(f"a plan does not say what terraform.{name} was")
        return super().named(root, name)

    def uncertain(self, address: str) -> str | None:
        return None


def _plain(path: Path) -> Path:
    return tuple((name, "") for name, _ in path)


def _key(key: str) -> str:
    found = _INDEX.fullmatch(key)
    return (found[1] if found[1] is not None else found[2]).replace('\\"', '"').replace("\\\\", "\\") if found else key


class _Origin:
    """What the sections of an instance share: where it stands and what its names mean."""

    def __init__(self, module: PlannedModule, instance: Instance) -> None:
        self.module = module
        self.instance = instance
        self.address = f"{module.prefix}{instance.address}"

    @cached_property
    def scope(self) -> Scope:
        """The names of the module, and what ``count`` and ``each`` are in this instance."""
        key = self.instance.key
        if not key:
            return self.module
        if key[1:2].isdigit():
            return bound(self.module, {"count": {"index": int(key[1:-1])}})
        name = _key(key)
        written = self.module._written.get(self.instance.base)  # noqa: SLF001 - of the same module of this package
        for_each = written.body.attributes.get("for_each") if written else None
        self.module.begin()
        value: Any = evaluate(for_each.expression, self.module) if for_each else None
        value = value[name] if isinstance(value, dict) and name in value else name if isinstance(value, list) else Unknown("each.value")
        return bound(self.module, {"each": {"key": name, "value": value}})


class PlannedSection(Section):
    """The values of an instance, or of a block in it, with how these are written as far as that is known."""

    def __init__(
        self,
        origin: _Origin,
        body: hcl.Body | None,
        values: dict[str, Any],
        unknown: Any,
        keys: tuple[Key, ...],
        *,
        span: Span | None = None,
    ) -> None:
        super().__init__(span or origin.module.head(origin.instance), origin.module, body=body, data=values)
        self._origin = origin
        self._marks = unknown if isinstance(unknown, dict) else {}
        self._keys = keys

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in self._data if self.has(name))

    def has(self, name: str) -> bool:
        return name not in META and self.get(name) is not None

    @property
    def each(self) -> tuple[Section, ...]:
        return (self,)

    def within(self, scope: Scope) -> Section:
        return self

    def is_written(self, name: str) -> bool:
        """Whether the configuration says something of the argument or block; where nothing is known of it, it may."""
        body = self.body
        if body is None:
            return True
        return name in body.attributes or any(name in (block.type, *block.labels[:1]) for block in body.blocks)

    def get(self, *path: str) -> Any:
        name, rest = path[0], path[1:]
        if name in META and (rest or name not in self._data):
            return self._meta(path)
        if rest:
            return super().get(*path)
        if name not in self._known:
            self._known[name] = self._value(name)
        return self._known[name]

    def _meta(self, path: tuple[str, ...]) -> Any:
        """What no plan says, such as the lifecycle: as it is written."""
        if self.body is None or isinstance(self._origin.module.code, PlannedDirectory):
            return Unknown(f"a plan does not hold {'.'.join(path)}")
        return Section(self.span, self._origin.scope, body=self.body).get(*path)

    def _value(self, name: str) -> Any:
        value, mark = self._data.get(name), self._marks.get(name)
        if not _marked(mark):
            empty = value is None or value in ("", [], {})
            if value is None and name.endswith("_wo") and self.body is not None and self.is_written(name):
                return Unknown(f"no plan holds {self._origin.address}.{name}, which is only written")
            return None if empty and not (self.body is not None and name in self.body.attributes) else value
        if not self.is_written(name):
            return None  # left to the provider, as where the configuration does not have it
        expression = self.expression(name)
        self._origin.module.begin()
        hint = evaluate(expression, self._origin.scope) if expression is not None else None
        return merged(value, mark, hint, f"{self._origin.address}.{name}")

    def expression(self, name: str) -> ast.Expression | None:
        attribute = self.body.attributes.get(name) if self.body else None
        return attribute.expression if attribute else None

    def _blocks(self, name: str) -> Iterator[Section | Unknown]:
        if name in META and name not in self._data:
            yield from self._meta_blocks(name)
            return
        value, mark = self._data.get(name), self._marks.get(name)
        written = self._bodies(name)
        if (mark is True or (value is None and _marked(mark))) and (self.is_written(name) or self.body is None):
            yield Unknown(f"unknown until apply: {self._origin.address}.{name}")
            return
        items = value if isinstance(value, list) else [value]
        for index, item in enumerate(items):
            inner = mark[index] if isinstance(mark, list) and index < len(mark) else mark if isinstance(mark, dict) else None
            if isinstance(item, dict):
                keys = (*self._keys, name, index) if isinstance(value, list) else (*self._keys, name)
                body = _fitting(item, written, self._origin.scope)
                yield PlannedSection(self._origin, body, item, inner, keys, span=self._place_of(name, body, keys))
            elif inner is True:
                yield Unknown(f"unknown until apply: {self._origin.address}.{name}")

    def _meta_blocks(self, name: str) -> Iterator[Section | Unknown]:
        if self.body is None or isinstance(self._origin.module.code, PlannedDirectory):
            yield Unknown(f"a plan does not hold {name}")
            return
        for block in self.body.of(name):
            yield Section(block.span, self._origin.scope, body=block.body)

    def _bodies(self, name: str) -> list[hcl.Body]:
        """The blocks that may be meant by an item: as they are written, or the content of dynamic ones."""
        found: list[hcl.Body] = []
        for block in self.body.blocks if self.body else ():
            if block.type == name:
                found.append(block.body)
            elif block.type == "dynamic" and block.labels == (name,):
                found += [content.body for content in block.body.of("content")]
        return found

    def _place_of(self, name: str, body: hcl.Body | None, keys: tuple[Key, ...]) -> Span:
        if self._origin.module.is_alone:
            return self._origin.module.plan.place(*keys, key_only=True)
        for block in self.body.blocks if self.body else ():
            inner = next(block.body.of("content"), None) if block.type == "dynamic" and block.labels == (name,) else None
            if block.body is body or (inner is not None and inner.body is body):
                return block.span
        return self.at(name)

    def at(self, *path: str) -> Span:
        name, rest = path[0], path[1:]
        body, module = self.body, self._origin.module
        if not module.is_alone:
            if body is not None and name in body.attributes and not rest:
                return self._place(body.attributes[name])
            if rest or (body is not None and name not in body.attributes):
                found = self.blocks(name)
                if not isinstance(found, Unknown) and found and found[0] is not self:
                    return found[0].at(*rest) if rest else found[0].span
            block = next((block for block in body.blocks if name in (block.type, *block.labels[:1])), None) if body else None
            return block.span if block else self.span
        if rest:
            found = self.blocks(name)
            return found[0].at(*rest) if not isinstance(found, Unknown) and found else self.at(name)
        keys = (*self._keys, name)
        if self.get(name) is not None and module.plan.exists(*keys):
            secret = any(True for _ in leaves(self._data.get(name), self._sensitive(name)))
            return module.plan.place(*keys, key_only=secret)
        return self.span

    def _sensitive(self, name: str) -> Any:
        """The marks of what must not be shown, down to an argument."""
        mark = self._origin.instance.sensitive
        for key in (*self._keys[len(self._origin.instance.keys) :], name):
            if mark in (True, None, False):
                break
            mark = (
                mark.get(key)
                if isinstance(mark, dict)
                else mark[key]
                if isinstance(mark, list) and isinstance(key, int) and key < len(mark)
                else None
            )
        return mark


def _marked(mark: Any) -> bool:
    """Whether anything in a mark says that it is unknown."""
    stack, budget = [mark], 10_000
    while stack and (budget := budget - 1) > 0:
        current = stack.pop()
        if current is True:
            return True
        stack.extend(current.values() if isinstance(current, dict) else current if isinstance(current, list) else ())
    return False


def merged(value: Any, mark: Any, hint: Any, source: str, depth: int = 0) -> Any:
    """A value with unknowns where the marks are; ``hint`` is what the expression came to, which may know more of them."""
    if mark is True or depth > MAX_DEPTH:
        telling = hint is not None and type(hint) not in (Unknown, Failed) and holds_unknown(hint) is not None
        return hint if telling else Unknown(f"unknown until apply: {source}")
    if isinstance(mark, dict) and (value is None or isinstance(value, dict)):
        known, hints = value or {}, hint if isinstance(hint, dict) else {}
        return {
            key: merged(known.get(key), mark.get(key), hints.get(key), source, depth + 1) if _marked(mark.get(key)) else known.get(key)
            for key in {**known, **mark}
            if key in known or _marked(mark.get(key))
        }
    if isinstance(mark, list) and (value is None or isinstance(value, list)):
        size = max(len(value or ()), len(mark))
        around = hint if isinstance(hint, list) and len(hint) == size else []
        rows = (_filled(each, size) for each in (value or [], mark, around))
        return [merged(item, marked, near, source, depth + 1) for item, marked, near in zip(*rows, strict=True)]
    return value


def _filled(items: list[Any], size: int) -> list[Any]:
    return [*items, *[None] * (size - len(items))]


def _fitting(item: dict[str, Any], bodies: list[hcl.Body], scope: Scope) -> hcl.Body | None:
    """The block that an item was written as: of several the one whose known arguments it has, None where none has."""
    if len(bodies) <= 1:
        return bodies[0] if bodies else None
    best: tuple[int, hcl.Body] | None = None
    scope.begin()
    for body in bodies[:100]:
        score = 0
        for name, attribute in body.attributes.items():
            value = evaluate(attribute.expression, scope)
            if isinstance(value, (str, int, float)):
                own = item.get(name)
                same = own == value or str(own).lower() == str(value).lower()
                score += 1 if same else -1_000
        if score >= 0 and (best is None or score > best[0]):
            best = (score, body)
    return best[1] if best else None


@dataclass(frozen=True, eq=False, kw_only=True)
class PlannedBlock(Block):
    """One instance of a resource or data source. What must not be shown is left out of what is said of it."""

    planned: Instance

    def finding(self, message: str, at: Span | None = None) -> Finding:
        return super().finding(self._shown(message), at)

    def advice(self, message: str, at: Span | None = None) -> Finding:
        return super().advice(self._shown(message), at)

    def _shown(self, message: str) -> str:
        module: Any = self.module
        shown: str = module.plan.without_secrets(message)
        for word in _flags(self.planned):
            shown = re.sub(rf"\b{word}\b", HIDDEN, shown, count=1)
        return shown

    def read(self, name: str) -> Any:
        """What stands behind the dot in an expression."""
        module: Any = self.module
        value = self.planned.values.get(name)
        return Computed(self.full_address, name, module) if value is None or _marked(self.planned.unknown.get(name)) else value

    def refers(self, name: str) -> set[str]:
        module: Any = self.module
        expression = self.section.expression(name)
        found: set[str] = set()
        for address in module.written_origins(expression, self.section.expression("for_each")):
            found |= {block.full_address for block in self._meant(name, expression, address)} or {address}
        return found

    def _meant(self, name: str, expression: ast.Expression | None, address: str) -> list[PlannedBlock]:
        """Which instances of a resource an argument refers to: by the index, the value, or the same key."""
        module: Any = self.module
        same: list[PlannedBlock] = module.same(address)
        if len(same) < 2:
            return same
        value = self.get(name)
        if isinstance(value, Computed):
            exact = [block for block in same if block.full_address == value.address]
            if exact:
                return exact
        if isinstance(value, str):
            holding = [block for block in same if value in block.planned.values.values()]
            if holding:
                return holding
        indexed = {
            f"[{step.key.source}]"
            for node in (ast.walk(expression) if expression else ())
            if isinstance(node, ast.Reference)
            and ".".join((str(node.root), *(s.text for s in node.steps if isinstance(s, ast.Name)))).startswith(same[0].planned.base)
            for step in node.steps
            if isinstance(step, ast.Index) and isinstance(step.key, ast.Literal)
        }
        if named := [block for block in same if block.planned.key in indexed]:
            return named
        beside = [block for block in same if block.planned.path == self.planned.path] or same
        return [block for block in beside if self.planned.key and block.planned.key == self.planned.key] or beside

    def links(self, by: str) -> Iterator[tuple[str, str]]:
        for kind, text in super().links(by):
            if kind != "source" or not (self.planned.key or self.planned.path):
                yield kind, text


def _flags(instance: Instance) -> Iterable[str]:
    """Booleans among what must not be shown."""
    marks = instance.sensitive if isinstance(instance.sensitive, dict) else {}
    for name, mark in marks.items():
        value = instance.values.get(name)
        if mark is True and isinstance(value, bool):
            yield str(value).lower()


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
