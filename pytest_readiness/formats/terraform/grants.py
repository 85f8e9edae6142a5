"""Policies that resources of AWS have themselves: who may use a bucket, queue, key or role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...model import Span
from ...syntax.yaml import Mapping
from ...unknown import Unknown
from ...unknown import Unresolved
from ...unknown import is_unknown
from .blocks import Block
from .blocks import Section
from .documents import document
from .policies import DOCUMENT
from .policies import many
from .values import Computed
from .values import PartialText

# the argument that holds the policy; endpoints of a VPC are left out, since a principal of ``*`` is usual there
POLICIES = {
    "aws_api_gateway_rest_api": "policy",
    "aws_api_gateway_rest_api_policy": "policy",
    "aws_backup_vault_policy": "policy",
    "aws_cloudwatch_event_bus_policy": "policy",
    "aws_codeartifact_domain_permissions_policy": "policy_document",
    "aws_codeartifact_repository_permissions_policy": "policy_document",
    "aws_dynamodb_resource_policy": "policy",
    "aws_ecr_registry_policy": "policy",
    "aws_ecr_repository_policy": "policy",
    "aws_efs_file_system_policy": "policy",
    "aws_elasticsearch_domain": "access_policies",
    "aws_elasticsearch_domain_policy": "access_policies",
    "aws_glacier_vault": "access_policy",
    "aws_iam_role": "assume_role_policy",
    "aws_kinesis_resource_policy": "policy",
    "aws_kms_key": "policy",
    "aws_kms_key_policy": "policy",
    "aws_lambda_layer_version_permission": "",
    "aws_opensearch_domain": "access_policies",
    "aws_opensearch_domain_policy": "access_policies",
    "aws_s3_access_point": "policy",
    "aws_s3_bucket": "policy",
    "aws_s3_bucket_policy": "policy",
    "aws_secretsmanager_secret": "policy",
    "aws_secretsmanager_secret_policy": "policy",
    "aws_sns_topic": "policy",
    "aws_sns_topic_policy": "policy",
    "aws_sqs_queue": "policy",
    "aws_sqs_queue_policy": "policy",
}
_ENDPOINTS = ("aws_vpc_endpoint", "aws_vpc_endpoint_policy")


@dataclass(frozen=True, eq=False)
class Grant:
    """One statement: to whom it allows or denies what, under which conditions (operator, key, values)."""

    effect: Any
    principals: tuple[tuple[str, Any], ...]
    everybody_else: bool
    actions: Any
    resources: Any
    conditions: tuple[tuple[str, str, Any], ...] | Unknown
    actions_span: Span
    principals_span: Span

    @property
    def allows(self) -> bool:
        """Whether it grants something; raises `Unresolved` where that is not known."""
        return bool(self.effect is None or self.effect == "Allow")

    @property
    def is_public(self) -> bool:
        """Whether anybody with an AWS account may use it; raises `Unresolved` where that is not known."""
        unknown = None
        for kind, value in self.principals:
            for name in many(value):
                if isinstance(name, Computed) or (isinstance(name, PartialText) and not name.shape.startswith(_ANY_ACCOUNT)):
                    continue  # an ARN of its own
                if is_unknown(name) and not isinstance(name, PartialText):
                    unknown = name
                elif kind in ("AWS", "*") and _is_everybody(name.shape if isinstance(name, PartialText) else name):
                    return True
        if self.everybody_else:
            return True
        if unknown is not None:
            raise Unresolved(unknown.source)
        return False

    @property
    def is_narrowed(self) -> bool:
        """Whether a condition says who or what it is for; raises `Unresolved` where that is not known."""
        if isinstance(self.conditions, Unknown):
            raise Unresolved(self.conditions.source)
        return any(
            key.lower() not in _FOR_EVERYBODY and not all(_is_wild(value) for value in many(values)) for _, key, values in self.conditions
        )


_ANY_ACCOUNT = ("*", "arn:aws:iam::*:")


# what everybody can make true, whichever account they have
_FOR_EVERYBODY = frozenset(
    ("aws:username", "aws:userid", "aws:securetransport", "aws:multifactorauthpresent", "aws:useragent", "aws:referer")
)


def _is_wild(value: Any) -> bool:
    return value in ("*", "arn:aws:iam::*", "arn:*") if isinstance(value, str) else False


def _is_everybody(name: Any) -> bool:
    return isinstance(name, str) and (name == "*" or name.startswith(_ANY_ACCOUNT[1]))


def has_policy(block: Block) -> bool:
    """Whether the block says itself who may use something, and not by a document that is judged where it stands."""
    if block.kind == "tf.data":
        if block.type != DOCUMENT or any(block.attached((type,), by="policy") for type in _ENDPOINTS):
            return False
        sections = block.section.blocks("statement")
        return is_unknown(sections) or any(section.blocks("principals") or section.blocks("not_principals") for section in sections)
    argument = POLICIES.get(block.type)
    if not argument:
        return False
    value = block.get(argument)
    return value is not None and value != "" and not _is_document(value) if not is_unknown(value) else not _is_document(value)


def _is_document(value: Any) -> bool:
    return isinstance(value, Computed) and (found := value.block) is not None and found.type == DOCUMENT


def grants(block: Block) -> Iterator[Grant]:
    """The statements of a policy; raises `Unresolved` where it cannot be known."""
    if block.kind == "tf.data":
        for section in block.blocks("statement"):
            yield _of_section(section)
        return
    argument = POLICIES[block.type]
    place = block.at(argument)
    data = document(block.get(argument), place)
    yield from _statements(data, place)


def _statements(data: Any, place: Span) -> Iterator[Grant]:
    statements = data.get("Statement") if isinstance(data, dict) else None
    for item in statements if isinstance(statements, list) else [statements]:
        if isinstance(item, Unknown):
            raise Unresolved(item.source)
        if isinstance(item, dict):
            yield _of_object(item, place)


def known_grants(block: Block) -> list[Grant]:
    """The statements of a policy, none where they are not known: for asking what a policy is about at all."""
    try:
        return list(grants(block))
    except Unresolved:
        return []


def policy_of(block: Block, argument: str) -> list[Grant]:
    """The statements of an argument or a document, also where a document of the same module holds them; raises `Unresolved`."""
    if block.kind == "tf.data":
        return list(grants(block))
    value = block.get(argument)
    if isinstance(value, Computed) and (found := value.block) is not None and found.type == DOCUMENT:
        return list(grants(found))
    place = block.at(argument)
    return list(_statements(document(value, place), place)) if value is not None else []


_SOURCES = ("source_policy_documents", "override_policy_documents")


def composed_policy_of(block: Block, argument: str) -> Iterator[Grant]:
    """Like `policy_of`, then the statements of the documents that its document is put together from; raises `Unresolved` at the end."""
    yield from policy_of(block, argument)
    value = block.get(argument)
    documents = [found] if isinstance(value, Computed) and (found := value.block) is not None and found.type == DOCUMENT else []
    unknown = None
    for whole in documents:  # grows by the parts that are found
        for source in (item for name in _SOURCES for item in many(whole.get(name))):
            part = source.block if isinstance(source, Computed) else None
            if part is None or part.type != DOCUMENT:
                unknown = f"the policy at {whole.span} takes statements from elsewhere"
            elif all(part.full_address != known.full_address for known in documents):
                documents.append(part)
                yield from grants(part)
    if unknown is not None:
        raise Unresolved(unknown)


def _of_section(section: Section) -> Grant:
    principals = section.blocks("principals")
    conditions = section.blocks("condition")
    if isinstance(principals, Unknown):
        raise Unresolved(principals.source)
    found: tuple[tuple[str, str, Any], ...] | Unknown
    found = (
        conditions
        if isinstance(conditions, Unknown)
        else tuple((_text(part.get("test")), _text(part.get("variable")), part.get("values")) for part in conditions)
    )
    return Grant(
        section.get("effect"),
        tuple((_text(part.get("type")), part.get("identifiers")) for part in principals),
        section.blocks("not_principals") != (),
        section.get("actions"),
        section.get("resources"),
        found,
        section.at("actions"),
        principals[0].at("identifiers") if principals else section.span,
    )


def _of_object(item: dict[str, Any], place: Span) -> Grant:
    own = isinstance(item, Mapping) and item.raw_span[0] == place.path and item.key_spans
    written = item if own and isinstance(item, Mapping) else None
    principal = item.get("Principal")
    principals = tuple((str(kind), value) for kind, value in principal.items()) if isinstance(principal, dict) else (("*", principal),)
    conditions = item.get("Condition")
    return Grant(
        item.get("Effect"),
        principals if principal is not None else (),
        item.get("NotPrincipal") is not None,
        item.get("Action"),
        item.get("Resource"),
        conditions if isinstance(conditions, Unknown) else tuple(_conditions(conditions)),
        written.entry("Action") if written is not None and "Action" in written else place,
        written.entry("Principal") if written is not None and "Principal" in written else place,
    )


def _conditions(data: Any) -> Iterator[tuple[str, str, Any]]:
    for operator, keys in data.items() if isinstance(data, dict) else ():
        if isinstance(keys, Unknown):
            raise Unresolved(keys.source)
        for key, values in keys.items() if isinstance(keys, dict) else ():
            yield str(operator), str(key), values


def _text(value: Any) -> str:
    """A text, without the parts of it that are not known."""
    return value.shape.replace("\0", "") if isinstance(value, PartialText) else value if isinstance(value, str) else ""
