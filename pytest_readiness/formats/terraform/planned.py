"""What ``terraform show -json`` says of a plan or a state: the instances, and the configuration they were planned from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax import hcl
from ...syntax import hcl_expressions as ast
from ...syntax.json_places import Key
from ...syntax.json_places import Source
from .directory import Directory
from .directory import Found

VERSIONS = ("0", "1")  # of format_version: the part before the dot
MAX_LEVELS = 50  # modules within modules
MAX_CONSTANT = 20_000  # values in one constant of the configuration
HIDDEN = "(sensitive)"
_LONG = 4  # characters of a text that is looked for anywhere, not as a word alone
_WORD = re.compile(r"[\w.-]+")
_KEY = r"\[(?:[0-9]+|\"(?:[^\"\\]|\\.)*\")\]"
_STEP = re.compile(rf"module\.([\w-]+)({_KEY})?")
_TAIL = re.compile(rf"(?:{_KEY})?")

Path = tuple[tuple[str, str], ...]  # the module calls from the root: name and key, such as ("db", '["a"]')


@dataclass(frozen=True, eq=False)
class Instance:
    """One instance of a resource or data source: its values, what of them is unknown and what must not be shown.

    ``keys`` lead to the values in the JSON, ``head`` to what stands for the instance there.
    """

    path: Path
    mode: str
    type: str
    name: str
    key: str
    values: dict[str, Any]
    unknown: dict[str, Any]
    sensitive: Any
    keys: tuple[Key, ...]
    head: tuple[Key, ...]

    @property
    def base(self) -> str:
        """What the module calls the resource: ``aws_db_instance.main``."""
        return f"{'data.' if self.mode == 'data' else ''}{self.type}.{self.name}"

    @property
    def address(self) -> str:
        """The same of the instance: ``aws_db_instance.main[0]``."""
        return f"{self.base}{self.key}"


def is_plan(text: str) -> bool:
    """Whether a text is the JSON of a plan or a state; asked of its beginning where it is huge."""
    if not text.lstrip("\ufeff \t\r\n").startswith("{") or '"format_version"' not in text:
        return False
    if not re.search(r'"format_version"\s*:\s*"?\d', text):
        return False
    if any(f'"{name}"' in text for name in ("planned_values", "resource_changes")):
        return True
    return '"terraform_version"' in text and ('"root_module"' in text or re.search(r'"(values|variables)"\s*:\s*\{', text) is not None)


class PlanFile:
    """The JSON of a plan or a state. Raises `ParseFailure` where it is none that we read; parts of a wrong shape are in ``failures``."""

    def __init__(self, path: str, text: str) -> None:
        self.source = Source(path, text)
        self.path = path
        self.failures: list[ParseFailure] = []
        data = self.source.data
        if not isinstance(data, dict):
            raise ParseFailure("a plan is a JSON object", Span(path, 1, 1, 1, 2))
        self.data: dict[str, Any] = data
        version = data.get("format_version")
        if not isinstance(version, str) or version.split(".")[0] not in VERSIONS:
            shown = repr(version)[:20].replace("'", '"')
            raise ParseFailure(f"is of format_version {shown}: versions 0.x and 1.x are read", self.place("format_version"))

    def __repr__(self) -> str:
        return f"<PlanFile {self.path}>"

    def place(self, *keys: Key, key_only: bool = False) -> Span:
        """Where keys lead to, or the nearest enclosing entry."""
        while keys:
            entry = self.source.find(*keys)
            if entry is not None:
                return self.source.place(entry, key_only=key_only)
            keys, key_only = keys[:-1], True
        return Span(self.path, 1, 1, 1, 2)

    def exists(self, *keys: Key) -> bool:
        """Whether keys lead to something."""
        return self.source.find(*keys) is not None

    # -- reading what may be of any shape

    def _fail(self, reason: str, *keys: Key) -> None:
        if len(self.failures) < 100:
            self.failures.append(ParseFailure(reason, self.place(*keys, key_only=True)))

    def mapping(self, node: Any, *keys: Key) -> dict[str, Any]:
        """An object, or an empty one and a failure for anything else that stands there."""
        if isinstance(node, dict):
            return node
        if node is not None:
            self._fail(f"{keys[-1] if keys else 'the plan'} must be an object", *keys)
        return {}

    def items(self, node: Any, *keys: Key) -> Iterator[tuple[dict[str, Any], tuple[Key, ...]]]:
        """The objects of a list with the keys that lead to each."""
        if node is None:
            return
        if not isinstance(node, list):
            self._fail(f"{keys[-1]} must be a list", *keys)
            return
        for index, item in enumerate(node):
            if isinstance(item, dict):
                yield item, (*keys, index)
            else:
                self._fail(f"an item of {keys[-1]} must be an object", *keys, index)

    # -- what it says

    @cached_property
    def incomplete(self) -> str | None:
        """Why something may be missing in it, None where it is all there is."""
        if self.data.get("errored") is True:
            return f"{self.path} is the plan of a run that ended with an error"
        if self.data.get("complete") is False:
            return f"{self.path} is a part of a plan only (-target, or changes that were deferred)"
        return f"{self.path} cannot be read as a whole" if self.failures else None

    @cached_property
    def instances(self) -> tuple[Instance, ...]:
        """Everything that exists once the plan is applied, in its order."""
        found: dict[str, Instance] = {}
        changes = "resource_changes" in self.data
        if changes:
            for change, keys in self.items(self.data["resource_changes"], "resource_changes"):
                self._add(found, self._changed(change, keys))
        name = next((name for name in ("planned_values", "values") if not changes and name in self.data), None)
        if name is not None:
            for each in self._of_values(self.mapping(self.data[name], name), name):
                self._add(found, each)
        before = self.mapping(self.data.get("prior_state"), "prior_state")
        for each in self._of_values(self.mapping(before.get("values"), "prior_state", "values"), "prior_state", "values"):
            if each.mode == "data":  # what was read while planning stands there alone
                self._add(found, each, again=False)
        return tuple(found.values())

    def _add(self, found: dict[str, Instance], made: Instance | None, *, again: bool = True) -> None:
        if made is None:
            return
        address = f"{prefix(made.path)}{made.address}"
        if address not in found:
            found[address] = made
        elif again:
            self._fail(f"{address} comes twice", *made.head)

    def _changed(self, item: dict[str, Any], keys: tuple[Key, ...]) -> Instance | None:
        change = self.mapping(item.get("change"), *keys, "change")
        actions = change.get("actions")
        if not isinstance(actions, list) or not all(isinstance(action, str) for action in actions):
            self._fail("actions must be a list of words", *keys, "change", "actions")
            return None
        if "deposed" in item or actions in (["delete"], ["forget"], []) or (change.get("after") is None and actions != ["read"]):
            return None  # nothing is left of it
        values = self.mapping(change.get("after"), *keys, "change", "after")
        unknown = change.get("after_unknown")
        unknown = {} if unknown in (None, False) else self.mapping(unknown, *keys, "change", "after_unknown")
        return self._instance(item, keys, (*keys, "change", "after"), (values, unknown, change.get("after_sensitive")))

    def _of_values(self, values: dict[str, Any], *keys: Key) -> Iterator[Instance]:
        stack = [(self.mapping(values.get("root_module"), *keys, "root_module"), (*keys, "root_module"), 0)]
        while stack:
            module, place, level = stack.pop()
            if level > MAX_LEVELS:
                self._fail(f"modules are nested deeper than {MAX_LEVELS} levels", *place)
                continue
            for item, at in self.items(module.get("resources"), *place, "resources"):
                if "deposed_key" not in item:
                    inner = self.mapping(item.get("values"), *at, "values")
                    made = self._instance(item, at, (*at, "values"), (inner, {}, item.get("sensitive_values")))
                    if made is not None:
                        yield made
            children = list(self.items(module.get("child_modules"), *place, "child_modules"))
            stack.extend((child, at, level + 1) for child, at in reversed(children))

    def _instance(
        self, item: dict[str, Any], head: tuple[Key, ...], keys: tuple[Key, ...], values: tuple[dict[str, Any], dict[str, Any], Any]
    ) -> Instance | None:
        mode, type, name, address = (item.get(key) for key in ("mode", "type", "name", "address"))
        if not (isinstance(type, str) and isinstance(name, str) and isinstance(address, str) and type and name):
            self._fail("a resource needs an address, a type and a name", *head)
            return None
        if mode not in ("managed", "data"):
            if not isinstance(mode, str):
                self._fail("a resource needs a mode", *head)
            return None
        path, rest = split(address)
        if len(path) > MAX_LEVELS:
            self._fail(f"modules are nested deeper than {MAX_LEVELS} levels", *head, "address")
            return None
        base = f"{'data.' if mode == 'data' else ''}{type}.{name}"
        if not rest.startswith(base) or not _TAIL.fullmatch(rest, len(base)):
            self._fail(f"the address does not fit to {base}", *head, "address")
            return None
        return Instance(path, mode, type, name, rest[len(base) :], *values, keys, (*head, "address"))

    # -- the configuration

    @cached_property
    def configuration(self) -> dict[str, Any] | None:
        """The root module of the configuration; a state has none."""
        if "configuration" not in self.data:
            return None
        return self.mapping(self.mapping(self.data["configuration"], "configuration").get("root_module"), "configuration", "root_module")

    @cached_property
    def root_addresses(self) -> frozenset[str]:
        """What the root of the configuration has: resources, data sources and calls of modules."""
        root = self.configuration
        if root is None:
            found = {each.base for each in self.instances if not each.path}
            return frozenset(found | {f"module.{each.path[0][0]}" for each in self.instances if each.path})
        place = ("configuration", "root_module")
        addresses = (item.get("address") for item, _ in self.items(root.get("resources"), *place, "resources"))
        calls = self.mapping(root.get("module_calls"), *place, "module_calls")
        return frozenset({address for address in addresses if isinstance(address, str)} | {f"module.{name}" for name in calls})

    @cached_property
    def variables(self) -> dict[str, Any]:
        """The values of the root's variables."""
        given = self.mapping(self.data.get("variables"), "variables")
        return {name: entry["value"] for name, entry in given.items() if isinstance(entry, dict) and "value" in entry}

    @cached_property
    def _secrets(self) -> tuple[dict[str, list[str]], frozenset[str]]:
        """Texts that must not be shown by how they begin, the longest first; and words that are shown nowhere alone."""
        found: set[str] = set()
        for each in self.instances:
            found.update(leaves(each.values, each.sensitive))
        declared = (self.configuration or {}).get("variables")
        for name, entry in declared.items() if isinstance(declared, dict) else ():
            if isinstance(entry, dict) and entry.get("sensitive"):
                found.update(leaves(self.variables.get(name), True))
        texts: dict[str, list[str]] = {}
        for text in sorted(found, key=len, reverse=True):
            if len(text) >= _LONG:
                texts.setdefault(text[:_LONG], []).append(text)
        return texts, frozenset(text for text in found if len(text) < _LONG)

    def without_secrets(self, message: str) -> str:
        """A message in which nothing stands that the plan says is sensitive."""
        texts, words = self._secrets
        pieces, place = [], 0
        while place < len(message):
            found = next((text for text in texts.get(message[place : place + _LONG], ()) if message.startswith(text, place)), None)
            pieces.append(HIDDEN if found else message[place])
            place += len(found) if found else 1
        shown = "".join(pieces)
        return _WORD.sub(lambda word: HIDDEN if word[0] in words else word[0], shown) if words else shown


def leaves(value: Any, marks: Any) -> Iterator[str]:
    """The texts of the parts of a value that are marked as sensitive."""
    stack = [(value, marks)]
    while stack:
        current, mark = stack.pop()
        if mark in (None, False) or current is None or isinstance(current, bool):
            continue
        if isinstance(current, dict):
            stack.extend(
                (item, True if mark is True else mark.get(key) if isinstance(mark, dict) else None) for key, item in current.items()
            )
        elif isinstance(current, list):
            for index, item in enumerate(current):
                inner = mark[index] if isinstance(mark, list) and index < len(mark) else None
                stack.append((item, True if mark is True else inner))
        elif mark is True and str(current):
            yield str(current)


def prefix(path: Path) -> str:
    """The beginning of an address in a module: ``module.db["a"].``."""
    return "".join(f"module.{name}{key}." for name, key in path)


def split(address: str) -> tuple[Path, str]:
    """The modules that an address leads through, and what is left of it there."""
    path: list[tuple[str, str]] = []
    place = 0
    while (found := _STEP.match(address, place)) and address[found.end() : found.end() + 1] == ".":
        path.append((found[1], found[2] or ""))
        place = found.end() + 1
    return tuple(path), address[place:]


@once
def plan_file(project: Project, path: str) -> PlanFile:
    """A plan, read once; raises `ParseFailure`."""
    return PlanFile(path, project.text(path).removeprefix("\ufeff"))


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
