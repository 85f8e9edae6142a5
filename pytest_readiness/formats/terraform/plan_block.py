"""One planned instance of a resource or data source, as a block."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...model import Finding
from ...model import Span
from ...syntax import hcl_expressions as ast
from .blocks import Block
from .plan_file import HIDDEN
from .plan_file import Instance
from .plan_values import is_unknown_in
from .values import Computed


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
        return Computed(self.full_address, name, module) if value is None or is_unknown_in(self.planned.unknown.get(name)) else value

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
