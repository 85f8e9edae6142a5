from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting

WANTED: Settings = {
    "aws_guardduty_detector": (setting("enable", absent=True),),
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.guardduty-enabled",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set enable = true",
    aliases=("CKV_AWS_238",),
    standards=("AWS FSBP GuardDuty.1",),
)
def check(block: Block) -> Iterator[Finding]:
    """GuardDuty detectors are enabled.

    A detector that is switched off reports no stolen keys, no crypto miners and no data leaving the account.

    ```hcl good
    resource "aws_guardduty_detector" "main" {
      enable = true
    }
    ```
    ```hcl bad
    resource "aws_guardduty_detector" "main" {
      enable = false                         # <--
    }
    ```
    """
    yield from gaps(block, WANTED, "attacks are not detected")
