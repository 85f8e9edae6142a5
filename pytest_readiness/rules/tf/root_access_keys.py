from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block


def is_key(block: Block) -> bool:
    return block.type == "aws_iam_access_key"


@rule(
    "tf.root-access-keys",
    P0,
    on="tf.resource",
    when=is_key,
    category="Security & Compliance",
    remedy="delete the key and use a role",
    effort="1h",
    aliases=("CKV_AWS_348", "AWS-0141"),
    standards=("AWS FSBP IAM.4",),
)
def check(key: Block) -> Iterator[Finding]:
    """The root user has no access keys.

    A key of the root user may do everything, cannot be narrowed, and leaves with the first laptop that is lost.

    ```hcl good
    resource "aws_iam_access_key" "ci" {
      user = "ci"
    }
    ```
    ```hcl bad
    resource "aws_iam_access_key" "root" {
      user = "root"                        # <--
    }
    ```
    """
    user = key.get("user")
    if not is_unknown(user) and user == "root":
        yield key.finding("a key of the root user may do everything in the account", key.at("user"))
