from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.grants import Grant
from pytest_readiness.formats.terraform.grants import policy_of
from pytest_readiness.formats.terraform.policies import IDENTITY
from pytest_readiness.formats.terraform.policies import is_identity_policy
from pytest_readiness.formats.terraform.policies import is_star
from pytest_readiness.formats.terraform.policies import many

# handing out credentials, changing who may do what, and reading what others stored
SENSITIVE = re.compile(
    r"iam:(Create(AccessKey|LoginProfile|ServiceSpecificCredential|PolicyVersion)|Update(AccessKey|LoginProfile|AssumeRolePolicy)"
    r"|Attach(User|Role|Group)Policy|Put(User|Role|Group)Policy|SetDefaultPolicyVersion|AddUserToGroup|ResetServiceSpecificCredential)"
    r"|sts:(AssumeRole|GetFederationToken)|secretsmanager:GetSecretValue|ssm:GetParameters?(ByPath)?|s3:(GetObject|PutBucketPolicy)"
    r"|kms:(PutKeyPolicy|CreateGrant)|redshift:GetClusterCredentials|rds-db:connect|cognito-identity:GetOpenIdToken(ForDeveloperIdentity)?",
    re.IGNORECASE,
).fullmatch


def grants_something(block: Block) -> bool:
    return (block.kind == "tf.data" or block.type in IDENTITY) and is_identity_policy(block)


@rule(
    "tf.iam-sensitive-actions",
    P2,
    on=("tf.resource", "tf.data"),
    when=grants_something,
    category="Security & Compliance",
    remedy="name the resources that the action is needed for",
    effort="2h",
    aliases=("CKV_AWS_107", "CKV_AWS_108", "CKV_AWS_287", "CKV_AWS_288"),
)
def check(block: Block) -> Iterator[Finding]:
    """Actions that hand out credentials, permissions or stored data name their resources.

    `secretsmanager:GetSecretValue` on `*` reads every secret of the account, `iam:CreateAccessKey` makes its user
    whoever they like, `s3:GetObject` on `*` reads every bucket. A condition narrows it too. Wildcard actions are
    for `tf.iam-least-privilege`.

    ```hcl good
    data "aws_iam_policy_document" "app" {
      statement {
        actions   = ["secretsmanager:GetSecretValue"]
        resources = ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/*"]
      }
    }
    ```
    ```hcl bad
    data "aws_iam_policy_document" "app" {
      statement {
        actions   = ["secretsmanager:GetSecretValue"]  # <--
        resources = ["*"]
      }
    }
    ```
    ```hcl bad
    resource "aws_iam_role_policy" "app" {
      policy = jsonencode({
        Statement = [{
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:ListBucket"]  # <--
          Resource = "*"
        }]
      })
    }
    ```
    """
    for grant in policy_of(block, "policy"):
        if action := _unbounded(grant):
            yield block.finding(f"allows {action} on every resource", grant.actions_span)


def _unbounded(grant: Grant) -> str:
    """The first sensitive action that a statement allows everywhere."""
    if not grant.allows or grant.principals or grant.everybody_else:
        return ""
    found = [action for action in many(grant.actions) if not is_unknown(action) and SENSITIVE(str(action))]
    if not found or not any(is_star(resource) for resource in many(grant.resources)):
        return ""
    return "" if grant.conditions else str(found[0])
