from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_set

TYPES = ("aws_iam_user_policy", "aws_iam_user_policy_attachment", "aws_iam_policy_attachment")


def attaches(block: Block) -> bool:
    return block.type in TYPES


@rule(
    "tf.iam-user-policies",
    P3,
    on="tf.resource",
    when=attaches,
    category="Security & Compliance",
    remedy="attach the policy to a role or group",
    effort="1h",
    aliases=("CKV_AWS_40", "AWS-0143"),
    standards=("AWS FSBP IAM.2",),
)
def check(block: Block) -> Iterator[Finding]:
    """Policies hang on roles and groups, not on users.

    What single users may do is forgotten when they change teams. Roles and groups say in one place who may
    do what.

    ```hcl good
    resource "aws_iam_policy_attachment" "read" {
      roles = ["reader"]
    }
    ```
    ```hcl bad
    resource "aws_iam_policy_attachment" "read" {
      users = ["jim"]                      # <--
    }
    ```
    ```hcl bad
    resource "aws_iam_user_policy" "read" {
      user = "jim"                         # <--
    }
    ```
    """
    if block.type != "aws_iam_policy_attachment":
        yield block.finding("the policy hangs on a single user: it stays when they change teams", block.at("user"))
    elif holds(block.get("users"), is_set):
        yield block.finding("the policy hangs on single users: it stays when they change teams", block.at("users"))
