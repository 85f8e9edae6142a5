from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import at_least
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting

WANTED: Settings = {
    "aws_iam_account_password_policy": (setting("minimum_password_length", "at least 14 characters", at_least(14)),),
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.password-length",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set minimum_password_length = 14",
    aliases=("AWS-0063",),
    standards=("AWS FSBP IAM.7",),
)
def check(block: Block) -> Iterator[Finding]:
    """The account's password policy asks for long passwords.

    Length is what protects a password; rules about capitals, digits and expiry make people write it down, so that
    NIST SP 800-63B advises against them.

    ```hcl good
    resource "aws_iam_account_password_policy" "main" {
      minimum_password_length = 14
    }
    ```
    ```hcl bad
    resource "aws_iam_account_password_policy" "main" {
      minimum_password_length = 8            # <--
    }
    ```
    """
    yield from gaps(block, WANTED, "short passwords are guessed")
