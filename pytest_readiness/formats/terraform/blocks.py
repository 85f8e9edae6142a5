"""What rules see of Terraform: blocks whose arguments are values, with the place of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from ...model import Resource
from ...model import Span
from ...syntax import hcl
from ...syntax import hcl_expressions
from ...syntax.yaml import Mapping as Object
from ...unknown import Unknown
from ...unknown import is_unknown
from ..environments import is_production
from ..views import Branch
from ..views import Several
from ..views import View
from .eval import evaluate
from .eval import pairs
from .scopes import Scope
from .scopes import bound
from .values import Each
from .values import Either
from .values import combined

if TYPE_CHECKING:
    from .module import Module


_PER_INSTANCE = re.compile(r"\b(?:each|count)\b")
_VARIABLE = re.compile(r"var\.([\w-]+)").fullmatch


class Section:
    """The arguments and nested blocks of a block; also of an object that stands for one (JSON syntax, ``x = [{…}]``)."""

    def __init__(
        self,
        span: Span,
        scope: Scope,
        *,
        body: hcl.Body | None = None,
        data: Any = None,
        variants: tuple[Scope, ...] = (),
        certain: bool = True,
    ) -> None:
        self.span = span
        self.body = body
        self.certain = certain  # whether it is known how often the block exists
        self._scope = scope
        self._variants = variants  # what names mean in each of a few instances
        self._data = data if isinstance(data, dict) else {}
        self._known: dict[str, Any] = {}
        self._sections: dict[str, tuple[Section, ...] | Unknown] = {}

    def __repr__(self) -> str:
        return f"<Section {self.span}>"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its arguments."""
        return tuple(self.body.attributes) if self.body else tuple(self._data)

    def has(self, name: str) -> bool:
        """Whether an argument is written here."""
        return name in (self.body.attributes if self.body else self._data)

    def get(self, *path: str) -> Any:
        """The value of an argument, None where it is absent or null; a path leads through the first block of each name."""
        name, rest = path[0], path[1:]
        if rest:
            found = self.blocks(name)
            if isinstance(found, Unknown):
                return self._of_alternatives(name, rest, found)
            return found[0].get(*rest) if found else None
        if name not in self._known:
            if self.body is None:
                self._known[name] = self._data.get(name)
            else:
                attribute = self.body.attributes.get(name)
                self._known[name] = self._evaluated(attribute) if attribute else None
        return self._known[name]

    def _of_alternatives(self, name: str, path: tuple[str, ...], unknown: Unknown) -> Any:
        """A value in blocks that one dynamic block makes of one of a few collections."""
        if self.body is None or self.has(name) or any(block.type == name for block in self.body.blocks):
            return unknown
        written = [block for block in self.body.blocks if block.type == "dynamic" and block.labels == (name,)]
        for_each = written[0].body.attributes.get("for_each") if len(written) == 1 else None
        collection = self._evaluated(for_each) if for_each else None
        if not isinstance(collection, Either) or self._variants:
            return unknown
        values: list[Any] = []
        for option in collection.options:
            made = next(self._of_collection(written[0], option), None)
            values.append(made if isinstance(made, Unknown) else made.get(*path) if made else None)
        return combined(collection.source, values, type(collection))

    def _evaluated(self, attribute: hcl.Attribute) -> Any:
        self._scope.begin()
        if self._variants and (attribute.json is not None or _PER_INSTANCE.search(attribute.source)):
            values = [evaluate(attribute.expression, variant) for variant in self._variants]
            return combined(f"differs by instance: {attribute.expression.source}", values)
        value = evaluate(attribute.expression, self._scope)
        # of instances that may not exist, none is sure to be wrong
        return Either(value.source, value.options) if isinstance(value, Each) and not self.certain else value

    @property
    def each(self) -> tuple[Section, ...]:
        """The block as it is in each of its instances, where these are few and known; else itself alone."""
        return tuple(map(self.within, self._variants)) or (self,)

    def within(self, scope: Scope) -> Section:
        """The same block where names mean something else: one of its instances."""
        return Section(self.span, scope, body=self.body, data=self._data)

    def blocks(self, name: str) -> tuple[Section, ...] | Unknown:
        """The nested blocks of a type; unknown where a dynamic block makes them from what is not known."""
        if name not in self._sections:
            found: list[Section] = []
            reason = None
            for made in self._blocks(name):
                if isinstance(made, Unknown):
                    reason = made
                else:
                    found.append(made)
            self._sections[name] = tuple(found) if reason is None else reason
        return self._sections[name]

    def _blocks(self, name: str) -> Iterator[Section | Unknown]:
        inner = self._data.get("dynamic") if self.body is None else None
        if any(isinstance(each, dict) and name in each for each in (inner if isinstance(inner, list) else [inner])):
            yield Unknown(f"dynamic {name} inside of another block in JSON")
        if self.has(name):
            value = self.get(name)
            for item in value if isinstance(value, list) else () if value is None else (value,):
                if is_unknown(item):
                    yield item
                elif isinstance(item, dict):
                    span = item.head if isinstance(item, Object) and item.raw_span[1] else self.at(name)
                    yield Section(span, self._scope, data=item)
        for block in self.body.blocks if self.body else ():
            if block.type == name:
                yield Section(block.span, self._scope, body=block.body, variants=self._variants, certain=self.certain)
            elif block.type == "dynamic" and block.labels == (name,):
                yield from self._dynamic(block)

    def _dynamic(self, block: hcl.Block) -> Iterator[Section | Unknown]:
        for_each = block.body.attributes.get("for_each")
        if for_each is None:
            yield Unknown(f"an incomplete dynamic block {block.labels[0]}")
        else:
            yield from self._of_collection(block, self._evaluated(for_each))

    def _of_collection(self, block: hcl.Block, collection: Any) -> Iterator[Section | Unknown]:
        """The blocks that a dynamic block makes of a collection."""
        content, for_each = next(block.body.of("content"), None), block.body.attributes.get("for_each")
        if content is None or for_each is None:
            yield Unknown(f"an incomplete dynamic block {block.labels[0]}")
            return
        if isinstance(collection, Unknown) or not isinstance(collection, (dict, list)) or len(collection) > 50:
            why = f" ({collection.source})" if isinstance(collection, Unknown) else ""
            yield Unknown(f"dynamic {block.labels[0]} for each of {for_each.expression.source}{why}")
            return
        named = block.body.attributes.get("iterator")
        iterator = named.source.strip('"') if named else block.labels[0]
        for key, value in pairs(collection):
            names = {iterator: {"key": key, "value": value}}
            variants = tuple(bound(variant, names) for variant in self._variants)
            yield Section(content.span, bound(self._scope, names), body=content.body, variants=variants, certain=self.certain)

    def at(self, *path: str) -> Span:
        """The place of an argument or block, or of the nearest enclosing one that exists."""
        name, rest = path[0], path[1:]
        if self.body is not None and name in self.body.attributes and not rest:
            return self._place(self.body.attributes[name])
        if self.body is None and isinstance(self._data, Object) and name in self._data.key_spans and not rest:
            return self._data.entry(name)
        found = self.blocks(name)
        if isinstance(found, Unknown):
            return next((block.span for block in self.body.blocks if block.labels == (name,)), self.span) if self.body else self.span
        if not found:
            return self.span
        return found[0].at(*rest) if rest else found[0].span

    def _place(self, attribute: hcl.Attribute) -> Span:
        """Where the value is written: by the caller or variable file where the argument is a variable that one of them sets."""
        if found := _VARIABLE(attribute.source):
            place: Span | None = self._scope.variable_place(found[1])
            return place or attribute.span
        return attribute.span

    def expression(self, name: str) -> hcl_expressions.Expression | None:
        """How an argument is written."""
        attribute = self.body.attributes.get(name) if self.body else None
        return attribute.expression if attribute else None


@dataclass(frozen=True, eq=False)
class Block(Resource):
    """A resource, data source, module call, variable, provider or backend.

    ``type`` is ``aws_db_instance``, ``module``, ``variable``, the provider's or the backend's name.
    ``instances`` is how often it exists, None where that is not known or not written. ``address`` is what
    its own module calls it (``aws_db_instance.main``); the name also says how that module was reached.
    """

    type: str
    label: str
    section: Section
    module: Module
    instances: int | None = None
    address: str = ""

    def view(self) -> View:
        return View(_Arguments(self.section), self.span)

    @classmethod
    def facts(cls) -> Mapping[str, Callable[[Any], Any]]:
        return _FACTS

    def get(self, *path: str) -> Any:
        """See `Section.get`."""
        return self.section.get(*path)

    def at(self, *path: str) -> Span:
        """See `Section.at`."""
        return self.section.at(*path)

    def blocks(self, name: str) -> tuple[Section, ...]:
        """The nested blocks of a type; raises `Unresolved` when they are iterated and not known."""
        return self.section.blocks(name)  # type: ignore[return-value]

    @property
    def each(self) -> tuple[Block, ...]:
        """The block as it is in each of its instances, where these are few and known; else itself alone."""
        return tuple(replace(self, section=section) for section in self.section.each)

    @property
    def full_address(self) -> str:
        """The address with the modules that lead from the root: ``module.db.aws_db_instance.main``."""
        return f"{self.module.prefix}{self.address}"

    @property
    def is_production(self) -> bool:
        """Whether no directory, environment, tag or name says that it is for something else."""
        tags = self.get("tags")
        tag = (
            next((tags[key] for key in ("Environment", "environment", "env", "Env") if key in tags), None)
            if isinstance(tags, dict)
            else None
        )
        return is_production(*self.module.environments, tag if isinstance(tag, str) else "")

    def addresses(self, name: str) -> set[str]:
        """The resources that an argument refers to, also through ``each`` and locals."""
        from .references import mentions

        expression = self.section.expression(name)
        if expression is None:
            return set()
        found = mentions(expression)
        for_each = self.section.expression("for_each")
        if for_each is not None and any(
            isinstance(node, hcl_expressions.Reference) and node.root == "each" for node in hcl_expressions.walk(expression)
        ):
            found |= mentions(for_each)
        for address in tuple(found):
            if address.startswith("local.") and (attribute := self.module.local_attribute(address[6:])):
                found |= mentions(attribute.expression)
        return found

    def attached(self, types: tuple[str, ...], by: str, named: tuple[str, ...] = ()) -> list[Block]:
        """The resources whose argument ``by`` names this one, in any module of the root: by reference, or by its name arguments."""
        keys = [("address", self.full_address)]
        keys += [("value", value) for name in named if isinstance(value := self.get(name), str)]
        keys += [
            ("source", f"{self.module.prefix}{written.source}") for name in named if (written := self.section.expression(name)) is not None
        ]
        indexes = [self.module.attachments(type, by) for type in types]
        found = [other for index in indexes for key in keys for other in index.get(key, ())]
        module: Module | None = self.module if not found else None
        while module is not None:
            module.demand_all()
            module = module.call.module if module.call else None
        return list(dict.fromkeys(found))

    def refers(self, name: str) -> set[str]:
        """The full addresses that an argument refers to, through locals, ``each``, variables and outputs of modules."""
        return self.module.origins(self.section.expression(name), self.section.expression("for_each"))

    def links(self, by: str) -> Iterator[tuple[str, str]]:
        """What the argument ``by`` may be found under: addresses it mentions, its value, a reference as it is written."""
        for address in sorted(self.refers(by)):
            yield "address", address
        value, expression = self.get(by), self.section.expression(by)
        if isinstance(value, str):
            yield "value", value
        if isinstance(expression, hcl_expressions.Reference):
            yield "source", f"{self.module.prefix}{expression.source}"


class _Arguments(Branch):
    """The arguments and nested blocks of a section, for whoever follows a path."""

    def __init__(self, section: Section) -> None:
        self._section = section

    def part(self, key: str) -> Iterator[View]:
        section = self._section
        if section.has(key):
            value = section.get(key)
            if value is not None:
                yield View(value, section.at(key))
            return
        blocks = section.blocks(key)
        if isinstance(blocks, Unknown):
            yield View(blocks, section.at(key), is_certain=False)
        elif blocks:
            yield View(Several(tuple(View(_Arguments(block), block.span) for block in blocks)), section.at(key))

    def parts(self) -> Iterator[View]:
        for name in self._section.names:
            yield from self.part(name)


_FACTS: Mapping[str, Callable[[Any], Any]] = {
    **Resource.facts(),
    "type": lambda block: block.type,
    "label": lambda block: block.label or None,
    "address": lambda block: block.full_address,
    "production": lambda block: block.is_production,
}


@dataclass(frozen=True, eq=False)
class Value(Resource):
    """A local value, or an entry of a variable file."""

    attribute: hcl.Attribute
    module: Module


@dataclass(frozen=True, eq=False)
class Variables(Resource):
    """A variable file."""

    body: hcl.Body


@dataclass(frozen=True, eq=False)
class Root(Resource):
    """A directory in which somebody runs Terraform."""

    module: Module


@dataclass(frozen=True, eq=False)
class Repository(Resource):
    """All Terraform of the project."""

    modules: tuple[Module, ...]

    def resources(self, *types: str) -> list[Block]:
        """The resources of the types in every module."""
        return [block for module in self.modules for block in module.resources(*types)]

    def uses(self, provider: str) -> bool:
        """Whether any resource belongs to a provider: ``aws``, ``google``, ``azurerm``."""
        return any(type.startswith(f"{provider}_") for module in self.modules for type in module.types)

    def demand_all(self) -> None:
        """See `Module.demand_all`."""
        for module in self.modules:
            module.demand_all()


_EXAMPLE = re.compile(r"(^|/)(examples?|tests?|sandbox|local|previews?|demo)(/|$)")


def is_example(directory: str) -> bool:
    """Whether nobody depends on what is made here."""
    return bool(_EXAMPLE.search(directory))
