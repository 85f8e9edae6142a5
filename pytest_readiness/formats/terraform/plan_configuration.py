"""The configuration that a plan was made from, as blocks, for a plan without its files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...syntax import hcl
from ...syntax import hcl_expressions as ast
from ...syntax.json_places import Key
from .directory import Directory
from .directory import Found
from .plan_file import MAX_LEVELS
from .plan_file import PlanFile

MAX_CONSTANT = 20_000  # values in one constant of the configuration


# -- the configuration as blocks, for a plan without its files
class Written(hcl.Attribute):
    """An argument as the plan knows it: a constant, or the names that it refers to."""

    references: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, place: Span, expression: dict[str, Any]) -> Written:
        """The argument of an expression in the JSON."""
        references = expression.get("references")
        names = [text for text in references if isinstance(text, str)] if isinstance(references, list) else []
        constant = "constant_value" in expression
        shown = names[0] if names else "a constant" if constant else "an expression"
        made = cls(name, place, place, shown, expression.get("constant_value"))
        object.__setattr__(made, "references", tuple(names))
        object.__setattr__(made, "constant", constant)
        return made

    constant: bool = False

    @cached_property
    def expression(self) -> ast.Expression:
        """As much of the expression as its references say."""
        if self.constant:
            return _constant(self.json, self.span)
        longest = [name for name in self.references if not any(other != name and _leads(name, other) for other in self.references)]
        found = tuple(ast.read(name, self.span) for name in longest[:100])
        return found[0] if len(found) == 1 else ast.Opaque(self.span, self.source, found)


def _leads(name: str, other: str) -> bool:
    return other.startswith(name) and other[len(name) : len(name) + 1] in (".", "[")


def _constant(value: Any, span: Span) -> ast.Expression:
    budget = [MAX_CONSTANT]

    def made(node: Any, depth: int) -> ast.Expression:
        budget[0] -= 1
        if depth > 50 or budget[0] < 0:
            return ast.Opaque(span, "a constant")
        if isinstance(node, dict):
            return ast.Object(span, "a constant", tuple((ast.Literal(span, key, key), made(item, depth + 1)) for key, item in node.items()))
        if isinstance(node, list):
            return ast.Tuple(span, "a constant", tuple(made(item, depth + 1) for item in node))
        return ast.Literal(span, "a constant", node)

    return made(value, 0)


class PlannedDirectory(Directory):
    """A module of the configuration in a plan."""

    def __init__(self, project: Project, plan: PlanFile, module: dict[str, Any], keys: tuple[Key, ...]) -> None:
        super().__init__(plan.path.rpartition("/")[0], project)
        self.plan = plan
        self.module = module
        self.keys = keys

    paths = ()
    values = ()
    is_configured = True

    @property
    def bodies(self) -> dict[str, hcl.Body | ParseFailure]:
        """It has no files."""
        return {}

    @cached_property
    def home(self) -> Span:
        """The plan as a whole."""
        return Span(self.plan.path, 1, 1, 1, 2)

    @cached_property
    def called(self) -> dict[str, PlannedDirectory]:
        """The modules behind its calls."""
        plan, keys = self.plan, (*self.keys, "module_calls")
        calls = plan.mapping(self.module.get("module_calls"), *keys)
        return {
            name: PlannedDirectory(self.project, plan, plan.mapping(call.get("module"), *keys, name, "module"), (*keys, name, "module"))
            for name, call in calls.items()
            if isinstance(call, dict)
        }

    @cached_property
    def _sorted(self) -> tuple[list[Found], list[ParseFailure]]:
        return [Found(self.plan.path, block) for block in self._made()], []

    def _made(self) -> Iterator[hcl.Block]:
        plan, module, keys = self.plan, self.module, self.keys
        for item, at in plan.items(module.get("resources"), *keys, "resources"):
            type, name = item.get("type"), item.get("name")
            if isinstance(type, str) and isinstance(name, str):
                kind = "data" if item.get("mode") == "data" else "resource"
                yield self._block(kind, (type, name), item, at)
        for name, call in plan.mapping(module.get("module_calls"), *keys, "module_calls").items():
            place = (*keys, "module_calls", name)
            yield self._block("module", (name,), plan.mapping(call, *place), place)
        for name, output in plan.mapping(module.get("outputs"), *keys, "outputs").items():
            place = (*keys, "outputs", name)
            expression = plan.mapping(plan.mapping(output, *place).get("expression"), *place, "expression")
            span = plan.place(*place, key_only=True)
            yield hcl.Block("output", (name,), span, hcl.Body({"value": Written.of("value", span, expression)}, (), span))
        for name, variable in plan.mapping(module.get("variables"), *keys, "variables").items():
            place = (*keys, "variables", name)
            span = plan.place(*place, key_only=True)
            entry = plan.mapping(variable, *place)
            default = {"default": Written.of("default", span, {"constant_value": entry["default"]})} if "default" in entry else {}
            yield hcl.Block("variable", (name,), span, hcl.Body(default, (), span))
        if self.keys == ("configuration", "root_module"):
            yield from self._providers()

    def _providers(self) -> Iterator[hcl.Block]:
        plan, keys = self.plan, ("configuration", "provider_config")
        for key, entry in plan.mapping(plan.mapping(plan.data.get("configuration"), "configuration").get("provider_config"), *keys).items():
            config = plan.mapping(entry, *keys, key)
            name = config.get("name")
            if isinstance(name, str) and "module_address" not in config and config.get("expressions"):
                body = self._body(config["expressions"], (*keys, key, "expressions"))
                if isinstance(alias := config.get("alias"), str):
                    span = plan.place(*keys, key, key_only=True)
                    body = hcl.Body(
                        {**body.attributes, "alias": Written.of("alias", span, {"constant_value": alias})}, body.blocks, body.span
                    )
                yield hcl.Block("provider", (name,), plan.place(*keys, key, key_only=True), body)

    def _block(self, kind: str, labels: tuple[str, ...], item: dict[str, Any], keys: tuple[Key, ...]) -> hcl.Block:
        span = self.plan.place(*keys, "address" if kind in ("resource", "data") else "source")
        body = self._body(item.get("expressions"), (*keys, "expressions"))
        attributes = dict(body.attributes)
        for name, key in (("count", "count_expression"), ("for_each", "for_each_expression")):
            if isinstance(expression := item.get(key), dict):
                attributes[name] = Written.of(name, span, expression)
        if isinstance(source := item.get("source"), str):
            attributes["source"] = Written.of("source", span, {"constant_value": source})
        provider = item.get("provider_config_key")
        if isinstance(provider, str) and "." in provider.rpartition(":")[2]:
            attributes["provider"] = Written.of("provider", span, {"references": [provider.rpartition(":")[2]]})
        return hcl.Block(kind, labels, span, hcl.Body(attributes, body.blocks, span))

    def _body(self, expressions: Any, keys: tuple[Key, ...], depth: int = 0) -> hcl.Body:
        plan = self.plan
        span = plan.place(*keys, key_only=True)
        attributes: dict[str, hcl.Attribute] = {}
        blocks: list[hcl.Block] = []
        for name, value in plan.mapping(expressions, *keys).items() if depth < MAX_LEVELS else ():
            place = (*keys, name)
            if isinstance(value, list):
                for index, item in enumerate(value):
                    inner = self._body(item, (*place, index), depth + 1)
                    blocks.append(hcl.Block(name, (), plan.place(*place, key_only=True), inner))
            elif isinstance(value, dict) and (not value or "constant_value" in value or isinstance(value.get("references"), list)):
                attributes[name] = Written.of(
                    name, plan.place(*place, "constant_value") if "constant_value" in value else plan.place(*place), value
                )
            elif isinstance(value, dict):
                blocks.append(hcl.Block(name, (), plan.place(*place, key_only=True), self._body(value, place, depth + 1)))
            else:
                plan.mapping(value, *place)
        return hcl.Body(attributes, tuple(blocks), span)
