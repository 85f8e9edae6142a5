"""What a top-level block is called, and what an override file makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping

from ...model import ParseFailure
from ...syntax import hcl
from ...syntax import hcl_expressions

_UNFIT = re.compile(r"[\[\]\s\x00-\x1f\x7f]|::")


def identity(block: hcl.Block) -> tuple[object, ...]:
    alias = block.body.attributes.get("alias") if block.type == "provider" else None
    return (block.type, *block.labels, alias.source if alias else "")


def name_of(block: hcl.Block) -> str:
    if block.type == "resource":
        return ".".join(block.labels)
    if block.type == "variable":
        return f"var.{block.labels[0]}"
    return ".".join((block.type, *block.labels))


def clean(name: str) -> str:
    """A name that can stand in a node id."""
    return _UNFIT.sub("-", name)


_REPOSITORY = re.compile(r"(?:git::)?(?:https://|ssh://git@|git@)?github\.com[/:]([\w-]+)/terraform-(\w+)-([\w-]+?)(?:\.git)?(?:[/?].*)?")


def source_of(block: hcl.Block) -> str:
    """What a module call calls, the same for a registry module and its repository: ``terraform-aws-modules/rds/aws``."""
    attribute = block.body.attributes.get("source")
    value = attribute.expression.value if attribute and isinstance(attribute.expression, hcl_expressions.Literal) else ""
    text = str(value).removeprefix("registry.terraform.io/").removeprefix("registry.opentofu.org/")
    if found := _REPOSITORY.fullmatch(text):
        return f"{found[1]}/{found[3]}/{found[2]}"
    return text


def without(base: hcl.Block, override: hcl.Block) -> hcl.Block:
    """A terraform or locals block without what another one overrides; providers are merged by name."""
    replaced = {block.type for block in override.body.blocks}
    gone = {"backend", "cloud"} if replaced & {"backend", "cloud"} else set()
    attributes = {name: value for name, value in base.body.attributes.items() if name not in override.body.attributes}
    body = hcl.Body(attributes, tuple(block for block in base.body.blocks if block.type not in gone), base.body.span)
    return hcl.Block(base.type, base.labels, base.span, body)


def merged(base: hcl.Block, override: hcl.Block) -> hcl.Block:
    """As Terraform merges override files: arguments by name, nested blocks by type, the lifecycle by argument.

    In JSON the arguments may be blocks, too.
    """
    replaced = {_nested_type(block) for block in override.body.blocks}
    if replaced & {"backend", "cloud"}:
        replaced |= {"backend", "cloud"}
    first = next(base.body.of("lifecycle"), None)
    blocks = [merged(first, block) if block.type == "lifecycle" and first else block for block in override.body.blocks]
    kept = [block for block in base.body.blocks if _nested_type(block) not in (replaced | override.body.attributes.keys())]
    attributes = {name: value for name, value in base.body.attributes.items() if name not in replaced}
    body = hcl.Body({**attributes, **override.body.attributes}, (*kept, *blocks), base.body.span)
    return hcl.Block(base.type, base.labels, base.span, body)


def _nested_type(block: hcl.Block) -> str:
    """What a nested block is, also where it is made dynamically."""
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type


_FOREIGN = re.compile(r"\b(True|TRUE|False|FALSE|None|Null|NULL)\b")  # what other languages call true, false and null
_INPUT = re.compile(r"\b(var|local)\.([A-Za-z_][\w-]*)")


def undeclared(bodies: Mapping[str, hcl.Body | ParseFailure]) -> Iterator[ParseFailure]:
    """References to variables and locals that no file declares; nothing is said where a file cannot be read.

    The text is searched first: only an attribute that seems to name one is taken apart.
    """
    known: set[tuple[str, str]] = set()
    stack: list[hcl.Body] = []
    for body in bodies.values():
        if isinstance(body, ParseFailure) or body.failures:
            return
        stack.append(body)
        known |= {("var", block.labels[0]) for block in body.of("variable") if block.labels}
        known |= {("local", name) for block in body.of("locals") for name in block.body.attributes}
    while stack:
        body = stack.pop()
        stack.extend(block.body for block in body.blocks)
        for attribute in body.attributes.values():
            if _FOREIGN.search(attribute.source) or any(found.groups() not in known for found in _INPUT.finditer(attribute.source)):
                yield from _unknown_references(attribute, known)


def _unknown_references(attribute: hcl.Attribute, known: set[tuple[str, str]]) -> Iterator[ParseFailure]:
    bound = {name for node in hcl_expressions.walk(attribute.expression) if isinstance(node, hcl_expressions.For) for name in node.names}
    for node in hcl_expressions.walk(attribute.expression):
        if isinstance(node, hcl_expressions.Reference) and isinstance(node.root, str) and _FOREIGN.fullmatch(node.root) and not node.steps:
            yield ParseFailure(f"{node.root} is no value in Terraform: write {node.root.lower().replace('none', 'null')}", node.span)
        if isinstance(node, hcl_expressions.Reference) and len(node.path) >= 2:
            root, name = node.path[:2]
            if root in ("var", "local") and root not in bound and (root, name) not in known:
                what = "variable" if root == "var" else "local value"
                yield ParseFailure(f"{root}.{name} refers to a {what} that is not declared", node.span)
