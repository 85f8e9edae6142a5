"""IAM policies in one form, whichever of Terraform's ways they are written in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...model import ParseFailure
from ...model import Span
from ...syntax import yaml
from ...unknown import Unknown
from ...unknown import Unresolved
from ...unknown import is_unknown
from .blocks import Block
from .blocks import Section
from .values import Computed
from .values import Json
from .values import PartialText
from .values import options

DOCUMENT = "aws_iam_policy_document"
IDENTITY = frozenset(
    ("aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy", "aws_ssoadmin_permission_set_inline_policy")
)
INLINE = {"aws_iam_role": "inline_policy"}
_ARGUMENT = {"aws_ssoadmin_permission_set_inline_policy": "inline_policy"}


@dataclass(frozen=True, eq=False)
class Statement:
    """What is allowed or denied; actions and resources may be unknown, and lists of them too."""

    effect: Any
    actions: Any
    not_actions: Any
    resources: Any
    not_resources: Any
    has_principals: bool
    span: Span
    actions_span: Span

    @property
    def allows(self) -> bool:
        """Whether it grants something; raises `Unresolved` where that is not known."""
        return bool(self.effect is None or self.effect == "Allow")

    def on_everything(self) -> bool:
        """Whether it is about every resource; raises `Unresolved` where that cannot be known."""
        return self.not_resources is not None or any(is_star(value) for value in many(self.resources))


def many(value: Any) -> Iterator[Any]:
    """The items of a list, or the one value that stands for one."""
    for option in options(value):
        if isinstance(option, list):
            for item in option:
                yield from options(item)
        elif option is not None:
            yield option


def is_star(value: Any) -> bool:
    """Whether a resource is ``*``; what a resource computes (an ARN, a name) never is."""
    if isinstance(value, Computed) or (isinstance(value, PartialText) and value.shape.strip("\0*")):
        return False
    return bool(value == "*")


def is_identity_policy(block: Block) -> bool:
    """Whether the block says what somebody may do, in statements of its own."""
    if block.kind == "tf.data":
        return block.type == DOCUMENT
    if block.type in INLINE:
        return bool(is_unknown(found := block.section.blocks(INLINE[block.type])) or found)
    return block.type in IDENTITY and block.get(_ARGUMENT.get(block.type, "policy")) is not None and not _elsewhere(block)


def _elsewhere(block: Block) -> bool:
    """Whether the policy is a document that is judged where it stands."""
    value = block.get(_ARGUMENT.get(block.type, "policy"))
    return isinstance(value, Computed) and (found := value.block) is not None and found.type == DOCUMENT


def statements(block: Block) -> Iterator[Statement]:
    """The statements of a policy block; raises `Unresolved` where the policy cannot be known."""
    if block.kind == "tf.data":
        for section in block.blocks("statement"):
            yield _of_section(section)
    elif block.type in INLINE:
        for section in block.blocks(INLINE[block.type]):
            yield from parse(section.get("policy"), section.at("policy"))
    else:
        name = _ARGUMENT.get(block.type, "policy")
        yield from parse(block.get(name), block.at(name))


def _of_section(section: Section) -> Statement:
    return Statement(
        section.get("effect"),
        section.get("actions"),
        section.get("not_actions"),
        section.get("resources"),
        section.get("not_resources"),
        section.blocks("principals") != () or section.blocks("not_principals") != (),
        section.span,
        section.at("actions"),
    )


def parse(value: Any, place: Span) -> Iterator[Statement]:
    """The statements of a policy given as JSON text or as ``jsonencode`` of an object."""
    if isinstance(value, Json):
        data = value.data
    elif isinstance(value, str):
        try:
            documents = yaml.parse("policy.json", value)
        except ParseFailure as failure:
            raise Unresolved(f"the policy at {place} is not JSON: {failure.reason}") from None
        data = documents[0].data if documents else None
    elif value is None:
        return
    else:
        raise Unresolved(value.source if isinstance(value, Unknown) else f"the policy at {place} is no JSON text")
    if is_unknown(data):
        raise Unresolved(data.source)
    if not isinstance(data, dict):
        raise Unresolved(f"the policy at {place} is no JSON object")
    found = data.get("Statement")
    if isinstance(found, Unknown):
        raise Unresolved(found.source)
    for item in found if isinstance(found, list) else [found]:
        if isinstance(item, Unknown):
            raise Unresolved(item.source)
        if isinstance(item, dict):
            yield _of_object(item, place)


def _of_object(item: dict[str, Any], place: Span) -> Statement:
    own = isinstance(item, yaml.Mapping) and item.raw_span[0] == place.path and item.key_spans
    mapping = item if isinstance(item, yaml.Mapping) else None
    action = "Action" if "Action" in item else "NotAction"
    return Statement(
        item.get("Effect"),
        item.get("Action"),
        item.get("NotAction"),
        item.get("Resource"),
        item.get("NotResource"),
        item.get("Principal") is not None or item.get("NotPrincipal") is not None,
        mapping.head if own and mapping else place,
        mapping.entry(action) if own and mapping and action in mapping else place,
    )


# roles of Google Cloud and Azure that may change everything in their scope
_GOOGLE = tuple(f"google_{scope}_iam_{kind}" for scope in ("project", "folder", "organization") for kind in ("member", "binding"))
_OWNERS = {
    **dict.fromkeys(_GOOGLE, ("role", ("roles/owner", "roles/editor"))),
    "azurerm_role_assignment": ("role_definition_name", ("Owner",)),
}


def grants_role(block: Block) -> bool:
    """Whether the block gives somebody a role of Google Cloud or Azure, or defines one."""
    return block.type in _OWNERS or block.type == "azurerm_role_definition"


def wide_roles(block: Block) -> Iterator[tuple[str, Span]]:
    """The roles that may do everything, and where they are given."""
    if block.type == "azurerm_role_definition":
        for permissions in block.blocks("permissions"):
            if any(is_star(action) for action in many(permissions.get("actions"))):
                yield "*", permissions.at("actions")
    else:
        name, roles = _OWNERS[block.type]
        for role in many(block.get(name)):
            if role in roles:
                yield str(role), block.at(name)
