"""What an expression refers to: resources by their addresses, through locals, variables, outputs and ``each``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...syntax import hcl_expressions

if TYPE_CHECKING:
    from .module import Module


MAX_STEPS = 2_000


def origins(module: Module, expression: hcl_expressions.Expression | None, each: hcl_expressions.Expression | None) -> set[str]:
    """The full addresses that an expression of a module refers to; ``each`` is what the block is made for each of."""
    found: set[str] = set()
    stack: list[tuple[Module, hcl_expressions.Expression | None, hcl_expressions.Expression | None]] = [(module, expression, each)]
    seen: set[tuple[int, int]] = set()
    while stack and len(seen) < MAX_STEPS:
        here, current, around = stack.pop()
        if current is None or (id(here), id(current)) in seen:
            continue
        seen.add((id(here), id(current)))
        for root, name, third in _targets(current):
            if root == "local":
                attribute = here.local_attribute(name)
                stack.append((here, attribute.expression if attribute else None, None))
            elif root == "var":
                if here.call is None:
                    found.add(f"var.{name}")
                elif here.call.section.has(name):
                    section = here.call.section
                    stack.append((here.call.module, section.expression(name), section.expression("for_each")))
                elif name in here.code.declared and (default := here.code.declared[name].body.attributes.get("default")):
                    stack.append((here, default.expression, None))
            elif root == "each":
                stack.append((here, around, None))
            elif root == "module":
                child = here.child(name)
                output = child.code.outputs.get(third) if child else None
                value = output.body.attributes.get("value") if output else None
                if child is not None and value is not None:
                    stack.append((child, value.expression, None))
                else:
                    found.add(f"{here.prefix}module.{name}")
            else:
                found.add(f"{here.prefix}{root}.{name}" + (f".{third}" if root in ("data", "ephemeral") else ""))
    return found


def _targets(expression: hcl_expressions.Expression) -> Iterator[tuple[str, str, str]]:
    """Root, name and what follows of every reference in an expression."""
    for node in hcl_expressions.walk(expression):
        if isinstance(node, hcl_expressions.Reference) and isinstance(node.root, str) and len(node.path) >= 2:
            names = [step.text for step in node.steps if isinstance(step, hcl_expressions.Name)]
            yield node.root, names[0], names[1] if len(names) > 1 else ""


def mentions(expression: hcl_expressions.Expression) -> set[str]:
    """The addresses of everything an expression refers to."""
    found = set()
    for node in hcl_expressions.walk(expression):
        if isinstance(node, hcl_expressions.Reference) and len(node.path) >= 2:
            found.add(".".join(node.path[: 3 if node.path[0] == "data" else 2]))
    return found
