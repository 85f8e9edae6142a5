"""Roles that pods of EKS assume: by web identity, by the module for it, or because their node has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...model import Span
from ...unknown import Unresolved
from ...unknown import is_unknown
from .blocks import Block
from .grants import Grant
from .grants import grants
from .grants import has_policy
from .grants import known_grants
from .policies import many
from .values import PartialText

MODULES = tuple(
    f"terraform-aws-modules/iam/aws//modules/{name}"
    for name in ("iam-role-for-service-accounts-eks", "iam-role-for-service-accounts", "iam-eks-role")
)
_SUBJECT = "system:serviceaccount:"
_EXACT = ("stringequals", "foranyvalue:stringequals", "stringlike", "foranyvalue:stringlike")

# what a node itself needs, as the documentation of EKS lists it
_OF_NODES = frozenset(
    (
        "AmazonEKSWorkerNodePolicy",
        "AmazonEKSWorkerNodeMinimalPolicy",
        "AmazonEKS_CNI_Policy",
        "AmazonEC2ContainerRegistryReadOnly",
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonSSMManagedInstanceCore",
        "AmazonEC2RoleforSSM",
        "CloudWatchAgentServerPolicy",
    )
)


def _known(value: Any) -> str:
    """The known parts of a text; empty for what is not known at all."""
    if isinstance(value, PartialText):
        return str(value.shape.replace("\0", "x"))
    return "" if is_unknown(value) else str(value)


def _is_of_pods(grant: Grant) -> bool:
    """Whether a statement trusts the issuer of a cluster; other issuers have subjects of other forms."""
    if not grant.allows or not any(kind == "Federated" for kind, _ in grant.principals):
        return False
    values = [_known(value) for kind, found in grant.principals if kind == "Federated" for value in many(found)]
    if any("oidc.eks." in value for value in values):
        return True
    conditions = () if is_unknown(grant.conditions) else grant.conditions
    return any("oidc.eks." in key or any(_known(value).startswith(_SUBJECT) for value in many(found)) for _, key, found in conditions)


def is_trust(block: Block) -> bool:
    """Whether the block says which service accounts may assume a role."""
    trusting = block.kind == "tf.data" or block.type == "aws_iam_role"
    return trusting and has_policy(block) and any(_is_of_pods(grant) for grant in known_grants(block))


def loose_trusts(block: Block) -> Iterator[tuple[str, Span]]:
    """What lets more than one service account assume a role, and where."""
    for grant in grants(block):
        if not _is_of_pods(grant):
            continue
        if is_unknown(grant.conditions):
            raise Unresolved("the conditions of the statement are not known")
        subjects = [
            (operator, value)
            for operator, key, values in grant.conditions
            for value in many(values)
            if key.endswith(":sub") or _known(value).startswith(_SUBJECT)
        ]
        audience = any(
            key.endswith(":aud") or "sts.amazonaws.com" in [_known(v) for v in many(values)] for _, key, values in grant.conditions
        )
        if not subjects:
            yield "no condition on sub: every pod of the cluster may assume the role", grant.principals_span
        for operator, subject in subjects:
            if operator.lower() not in _EXACT or _is_wide(subject, operator):
                yield f"{_known(subject) or 'the subject'} lets more than one service account assume the role", grant.principals_span
        if subjects and not audience:
            yield 'no condition on aud: tokens for other audiences than "sts.amazonaws.com" are accepted', grant.principals_span


def _is_wide(subject: Any, operator: str) -> bool:
    if is_unknown(subject) and not isinstance(subject, PartialText):
        raise Unresolved(subject.source)
    return "like" in operator.lower() and "*" in _known(subject)


def loose_subjects(call: Block) -> list[tuple[str, Span]] | None:
    """The wildcards among the service accounts that a call of the role module names; None for other blocks."""
    if call.kind != "tf.module-call" or not call.type.startswith(MODULES):
        return None
    found = []
    providers = call.get("oidc_providers")
    for provider in providers.values() if isinstance(providers, dict) else ():
        accounts = provider.get("namespace_service_accounts") if isinstance(provider, dict) else None
        found += [(_known(account), call.at("oidc_providers")) for account in many(accounts) if "*" in _known(account)]
    return found


def app_permissions(group: Block) -> Iterator[tuple[str, Span]]:
    """The permissions on the role of a node group that are for pods, and where they are attached."""
    for address in sorted(group.refers("node_role_arn")):
        role = group.module.located(address)
        if role is None or role.type != "aws_iam_role":
            continue
        for attachment in role.attached(("aws_iam_role_policy_attachment",), by="role", named=("name",)):
            for arn in many(attachment.get("policy_arn")):
                name = _known(arn).rpartition("/")[2]
                if name and name not in _OF_NODES and ":aws:policy/" in _known(arn):
                    yield name, attachment.at("policy_arn")
        for policy in role.attached(("aws_iam_role_policy",), by="role", named=("name",)):
            yield policy.address, policy.span
