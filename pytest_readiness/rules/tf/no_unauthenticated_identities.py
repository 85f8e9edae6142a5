from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import off

WANTED: Settings = {
    "aws_cognito_identity_pool": (off("allow_unauthenticated_identities", absent=True),),
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.no-unauthenticated-identities",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set allow_unauthenticated_identities = false",
    aliases=("CKV_AWS_366",),
)
def check(block: Block) -> Iterator[Finding]:
    """Identity pools give credentials to users who logged in.

    An identity pool that allows guests hands AWS credentials to everybody who asks.

    ```hcl good
    resource "aws_cognito_identity_pool" "app" {
      allow_unauthenticated_identities = false
    }
    ```
    ```hcl bad
    resource "aws_cognito_identity_pool" "app" {
      allow_unauthenticated_identities = true  # <--
    }
    ```
    """
    yield from gaps(block, WANTED, "everybody who asks gets AWS credentials")
