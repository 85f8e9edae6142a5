from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.keys import DOUBLE
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in DOUBLE


@rule(
    "tf.double-encryption",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set infrastructure_encryption_enabled = true",
    aliases=("CKV_AZURE_75", "CKV_AZURE_130", "CKV_AZURE_199", "AZU-0061"),
)
def check(block: Block) -> Iterator[Finding]:
    """Storage of Azure is encrypted twice.

    Infrastructure encryption adds a second algorithm and key below the first. It can be chosen only when the
    account is made. A matter of rules you have to follow.

    ```hcl good
    resource "azurerm_storage_account" "main" {
      infrastructure_encryption_enabled = true
    }
    ```
    ```hcl bad
    resource "azurerm_storage_account" "main" {  # <--
      name = "main"
    }
    ```
    """
    yield from gaps(block, DOUBLE, "one layer of encryption holds it all")
