from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block


def is_for_a_service(block: Block) -> bool:
    if block.type != "aws_lambda_permission":
        return False
    principal = block.get("principal")
    return isinstance(principal, str) and principal.endswith(".amazonaws.com")


@rule(
    "tf.lambda-permission-source",
    P2,
    on="tf.resource",
    when=is_for_a_service,
    category="Security & Compliance",
    remedy="name the caller with source_arn",
    aliases=("CKV_AWS_364", "AWS-0067"),
)
def check(permission: Block) -> Iterator[Finding]:
    """A service that may run a function may do so for its own resources only.

    A permission for a whole service, such as `sns.amazonaws.com`, lets the topics of every account run the
    function; `source_arn` or `source_account` says whose.

    ```hcl good
    resource "aws_lambda_permission" "orders" {
      principal  = "sns.amazonaws.com"
      source_arn = aws_sns_topic.orders.arn
    }
    ```
    ```hcl bad
    resource "aws_lambda_permission" "orders" {
      principal = "sns.amazonaws.com"      # <--
    }
    ```
    """
    if permission.get("source_arn") is None and permission.get("source_account") is None:
        service = permission.get("principal")
        yield permission.finding(f"{service} may run the function for any account: no source_arn", permission.at("principal"))
