"""What a top-level block is called, and what an override file makes of it."""

from __future__ import annotations

import re

from ..syntax import hcl
from ..syntax import hcl_expressions

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
    """As Terraform merges override files: arguments by name, nested blocks by type."""
    replaced = {block.type for block in override.body.blocks}
    if replaced & {"backend", "cloud"}:
        replaced |= {"backend", "cloud"}
    kept = tuple(block for block in base.body.blocks if block.type not in replaced)
    body = hcl.Body({**base.body.attributes, **override.body.attributes}, (*kept, *override.body.blocks), base.body.span)
    return hcl.Block(base.type, base.labels, base.span, body)
