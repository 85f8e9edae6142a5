from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Unresolved
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.grants import Grant
from pytest_readiness.formats.terraform.grants import grants
from pytest_readiness.formats.terraform.grants import has_policy
from pytest_readiness.formats.terraform.grants import known_grants
from pytest_readiness.formats.terraform.identities import TRUSTED_ISSUERS
from pytest_readiness.formats.terraform.policies import many
from pytest_readiness.formats.terraform.values import PartialText

ISSUER = "token.actions.githubusercontent.com"
# subjects that only the owner of a repository or organization can have
PINNED = re.compile(
    r"repo:[^*?:/]+/[^:]+.*|(repository_owner|repository_owner_id|repository|repository_id|job_workflow_ref):[^*?]+.*"
).fullmatch

ISSUERS = {
    "azuread_application_federated_identity_credential": ("issuer",),
    "google_iam_workload_identity_pool_provider": ("oidc", "issuer_uri"),
}
# how a condition of Google Cloud names a repository or its owner
_NAMED = re.compile(r"\b(repository|repository_owner|repository_id|repository_owner_id|job_workflow_ref)\b\s*(==|in\b)\s*[\['\"]")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")


def trusts_github(block: Block) -> bool:
    if block.type in ISSUERS:
        issuer = block.get(*ISSUERS[block.type])
        unconditional = block.type in TRUSTED_ISSUERS and block.get("attribute_condition") is None  # for tf.federation-condition
        return not is_unknown(issuer) and ISSUER in str(issuer) and not unconditional
    trusting = block.kind == "tf.data" or block.type == "aws_iam_role"
    return trusting and has_policy(block) and any(_is_for_github(grant) for grant in known_grants(block))


def _is_for_github(grant: Grant) -> bool:
    names = [value for kind, values in grant.principals if kind == "Federated" for value in many(values)]
    named = any(ISSUER in (name.shape if isinstance(name, PartialText) else "" if is_unknown(name) else str(name)) for name in names)
    conditions = () if is_unknown(grant.conditions) else grant.conditions
    return grant.allows and bool(names) and (named or any(key.startswith(ISSUER) for _, key, _ in conditions))


@rule(
    "tf.github-oidc",
    P1,
    on=("tf.resource", "tf.data"),
    when=trusts_github,
    category="Security & Compliance",
    remedy='add a condition on token.actions.githubusercontent.com:sub such as "repo:org/name:ref:refs/heads/main"',
    effort="1h",
    aliases=("CKV_AWS_358", "CKV_AWS_393", "CKV_AZURE_249", "CKV_GCP_125"),
)
def check(block: Block) -> Iterator[Finding]:
    """A role for GitHub Actions says which repository may assume it.

    Every workflow on GitHub gets a token from the same issuer: without a condition on `sub` that names the
    organization, anybody's repository can assume the role.

    ```hcl good
    data "aws_iam_policy_document" "deploy" {
      statement {
        actions = ["sts:AssumeRoleWithWebIdentity"]
        principals {
          type        = "Federated"
          identifiers = ["arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"]
        }
        condition {
          test     = "StringLike"
          variable = "token.actions.githubusercontent.com:sub"
          values   = ["repo:acme/shop:ref:refs/heads/main"]
        }
      }
    }
    ```
    ```hcl bad
    data "aws_iam_policy_document" "deploy" {
      statement {
        actions = ["sts:AssumeRoleWithWebIdentity"]
        principals {
          type        = "Federated"
          identifiers = ["arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"]  # <--
        }
        condition {
          test     = "StringLike"
          variable = "token.actions.githubusercontent.com:sub"
          values   = ["repo:*"]
        }
      }
    }
    ```
    """
    if block.type in ISSUERS:
        name = "subject" if block.type.startswith("azuread_") else "attribute_condition"
        if not _names_repository(block.get(name)):
            yield block.finding(f"{name} names no repository: workflows of others are trusted too", block.at(name))
        return
    for grant in grants(block):
        if not _is_for_github(grant):
            continue
        if is_unknown(grant.conditions):
            raise Unresolved("the conditions of the statement are not known")
        subjects = [
            value for _, key, values in grant.conditions if key.startswith(ISSUER) and key.endswith(":sub") for value in many(values)
        ]
        if not subjects:
            yield block.finding(
                "no condition on sub: the workflows of every repository on GitHub may assume the role", grant.principals_span
            )
        elif loose := [subject for subject in subjects if not _is_pinned(subject)]:
            yield block.finding(f"{loose[0]} does not name a repository: workflows of others may assume the role", grant.principals_span)


def _names_repository(condition: object) -> bool:
    """Whether a subject, or a condition about one, is of one repository or owner."""
    if condition is None:
        return False
    text = condition.shape.replace("\0", "x") if isinstance(condition, PartialText) else str(condition)
    quoted = [first or second for first, second in _QUOTED.findall(text)] or [text]
    return bool(_NAMED.search(text)) or any(PINNED(part) for part in quoted)


def _is_pinned(subject: object) -> bool:
    """A text with unknown parts is what its known parts say: ``repo:${var.org}/shop:*`` names a repository."""
    return bool(PINNED(subject.shape.replace("\0", "x") if isinstance(subject, PartialText) else str(subject)))
