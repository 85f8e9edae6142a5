"""A plan of a configuration as Terraform would print it, as far as our evaluation knows its values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_readiness import Project
from pytest_readiness import is_unknown
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.blocks import Section
from pytest_readiness.formats.terraform.module import Module
from pytest_readiness.formats.terraform.plan_section import META
from pytest_readiness.formats.terraform.runs import modules
from pytest_readiness.formats.terraform.values import Json
from pytest_readiness.syntax import hcl
from pytest_readiness.syntax import hcl_expressions as ast

RESOURCES = ("tf.resource", "tf.data")


def parted(value: Any) -> tuple[Any, Any]:
    """What is known of a value, and the marks of what is not."""
    if is_unknown(value) or (isinstance(value, Json) and value.source):
        return None, True
    if isinstance(value, dict):
        parts = {key: parted(item) for key, item in value.items()}
        return {key: known for key, (known, mark) in parts.items() if mark is not True}, {
            key: mark for key, (_, mark) in parts.items() if mark
        }
    if isinstance(value, list):
        items = [parted(item) for item in value]
        return [known for known, _ in items], [mark or False for _, mark in items] if any(mark for _, mark in items) else {}
    return str(value) if isinstance(value, Json) else value, {}


def values(section: Section) -> tuple[dict[str, Any], dict[str, Any]]:
    assert section.body is not None
    after: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    for name in section.body.attributes.keys() - META:
        known, mark = parted(section.get(name))
        after |= {} if mark is True else {name: known}
        unknown |= {name: mark} if mark else {}
    for name in {block.labels[0] if block.type == "dynamic" else block.type for block in section.body.blocks} - META:
        blocks = section.blocks(name)
        if not isinstance(blocks, tuple):
            unknown[name] = True
            continue
        parts = [values(block) for block in blocks]
        after[name] = [known for known, _ in parts]
        unknown |= {name: [mark for _, mark in parts]} if any(mark for _, mark in parts) else {}
    return after, unknown


def instances(block: Block) -> Iterator[tuple[str, Section]]:
    body = block.section.body
    assert body is not None
    if "count" in body.attributes:
        keys = [f"[{index}]" for index in range(1 if block.instances is None else block.instances)]
    elif "for_each" in body.attributes:
        found = block.get("for_each")
        keys = ['["x"]'] if is_unknown(found) else [f'["{key}"]' for key in sorted(found)]
    else:
        keys = [""]
    each = block.section.each
    yield from zip(keys, each if len(each) == len(keys) else [block.section] * len(keys), strict=True)


def changes(project: Project) -> Iterator[dict[str, Any]]:
    for module in modules(project):
        for block in (item for _, item in module.items if isinstance(item, Block) and item.kind in RESOURCES):
            for key, section in instances(block):
                after, unknown = values(section)
                change = {"actions": ["create"], "before": None, "after": after, "after_unknown": unknown, "after_sensitive": {}}
                mode = "data" if block.kind == "tf.data" else "managed"
                yield {"address": f"{block.full_address}{key}", "mode": mode, "type": block.type, "name": block.label, "change": change}


def is_key(node: ast.Expression, whole: ast.Expression) -> bool:
    """Whether a name is a key of an object, and so no reference."""
    return any(node is key for each in ast.walk(whole) if isinstance(each, ast.Object) for key, _ in each.items)


def constant(node: ast.Expression) -> Any:
    if isinstance(node, ast.Object):
        return {key.value if isinstance(key, ast.Literal) else key.source: constant(value) for key, value in node.items}
    if isinstance(node, ast.Tuple):
        return [constant(item) for item in node.items]
    return node.value if isinstance(node, ast.Literal) else None


def expression(attribute: hcl.Attribute) -> dict[str, Any]:
    """Constants as they are; of everything else what it refers to, the longest name first."""
    found = attribute.expression
    if not any(isinstance(node, (ast.Reference, ast.Call, ast.For, ast.Opaque)) and not is_key(node, found) for node in ast.walk(found)):
        return {"constant_value": constant(found)}
    references: list[str] = []
    for node in ast.walk(found):
        if isinstance(node, ast.Reference) and isinstance(node.root, str):
            names, text = [], node.root
            for step in node.steps:
                if isinstance(step, ast.Name):
                    text += f".{step.text}"
                elif isinstance(step, ast.Index) and isinstance(step.key, ast.Literal):
                    text += f"[{step.key.source}]"
                else:
                    break
                names.append(text)
            references += reversed(names)
    return {"references": references} if references else {}


def expressions(body: hcl.Body) -> dict[str, Any]:
    made: dict[str, Any] = {name: expression(attribute) for name, attribute in body.attributes.items() if name not in META}
    for block in body.blocks:
        if block.type not in {*META, "dynamic"}:
            made.setdefault(block.type, []).append(expressions(block.body))
    return made


def configuration(module: Module) -> dict[str, Any]:
    resources = []
    for kind, mode in (("resource", "managed"), ("data", "data")):
        for block in module.of(kind):
            type, name = block.labels
            entry = {"address": f"{'data.' if mode == 'data' else ''}{type}.{name}", "mode": mode, "type": type, "name": name}
            repeats = {
                f"{word}_expression": expression(block.body.attributes[word])
                for word in ("count", "for_each")
                if word in block.body.attributes
            }
            resources.append({**entry, "expressions": expressions(block.body), **repeats})
    outputs = {name: {"expression": expression(block.body.attributes["value"])} for name, block in module.code.outputs.items()}
    calls = {}
    for name, block in module.code.calls.items():
        child = module.child(name)
        calls[name] = {"source": "x", "expressions": expressions(block.body), "module": configuration(child) if child else {}}
    return {"resources": resources, "outputs": outputs, "module_calls": calls, "variables": {name: {} for name in module.code.declared}}


def plan_of(project: Project) -> dict[str, Any]:
    root = modules(project)[0]
    providers = {block.labels[0]: {"name": block.labels[0], "expressions": expressions(block.body)} for block in root.of("provider")}
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {},
        "resource_changes": list(changes(project)),
        "configuration": {"provider_config": providers, "root_module": configuration(root)},
        "complete": True,
    }
