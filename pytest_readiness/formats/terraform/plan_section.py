"""The values of one planned instance and of the blocks in it, with how they are written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING
from typing import Any

from ...model import Span
from ...syntax import hcl
from ...syntax import hcl_expressions as ast
from ...syntax.json_places import Key
from ...unknown import Unknown
from .blocks import Section
from .eval import evaluate
from .plan_addresses import key_text
from .plan_configuration import PlannedDirectory
from .plan_file import Instance
from .plan_file import leaves
from .plan_values import is_unknown_in
from .plan_values import merged
from .scopes import Scope
from .scopes import bound

if TYPE_CHECKING:
    from .plan_module import PlannedModule

META = frozenset(("count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection"))


class Origin:
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
        name = key_text(key)
        written = self.module.written.get(self.instance.base)
        for_each = written.body.attributes.get("for_each") if written else None
        self.module.begin()
        value: Any = evaluate(for_each.expression, self.module) if for_each else None
        value = value[name] if isinstance(value, dict) and name in value else name if isinstance(value, list) else Unknown("each.value")
        return bound(self.module, {"each": {"key": name, "value": value}})


class PlannedSection(Section):
    """The values of an instance, or of a block in it, with how these are written as far as that is known."""

    def __init__(
        self,
        origin: Origin,
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
        if not is_unknown_in(mark):
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
        if (mark is True or (value is None and is_unknown_in(mark))) and (self.is_written(name) or self.body is None):
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
