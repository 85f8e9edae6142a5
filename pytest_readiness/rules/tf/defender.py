from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.records import DEFENDER
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in DEFENDER


@rule(
    "tf.defender",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy='set tier = "Standard"',
    aliases=(
        "CKV_AZURE_19", "CKV_AZURE_55", "CKV_AZURE_61", "CKV_AZURE_69", "CKV_AZURE_79", "CKV_AZURE_84", "CKV_AZURE_85",
        "CKV_AZURE_86", "CKV_AZURE_87", "AZU-0045",
    ),
)  # fmt: skip
def check(block: Block) -> Iterator[Finding]:
    """Microsoft Defender watches the subscription.

    The free tier reports settings only; the standard one also notices attacks.

    ```hcl good
    resource "azurerm_security_center_subscription_pricing" "main" {
      tier = "Standard"
    }
    ```
    ```hcl bad
    resource "azurerm_security_center_subscription_pricing" "main" {
      tier = "Free"                          # <--
    }
    ```
    """
    yield from gaps(block, DEFENDER, "attacks go unnoticed")
