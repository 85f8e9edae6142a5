from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.keys import DELETED
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in DELETED


@rule(
    "tf.soft-delete",
    P2,
    on="tf.resource",
    when=concerns,
    category="Resilience/DR",
    remedy="set delete_retention_policy to 7 days or more",
    aliases=("CKV_AZURE_111", "AZU-0056"),
)
def check(block: Block) -> Iterator[Finding]:
    """What is deleted by mistake can be brought back.

    Soft delete keeps deleted vaults and blobs for a while; a retention of nothing, or switching it off, makes every
    mistake final.

    ```hcl good
    resource "azurerm_storage_account" "main" {
      blob_properties {
        delete_retention_policy {
          days = 14
        }
      }
    }
    ```
    ```hcl bad
    resource "azurerm_storage_account" "main" {
      blob_properties {
        delete_retention_policy {
          days = 0                           # <--
        }
      }
    }
    ```
    """
    yield from gaps(block, DELETED, "what is deleted by mistake is gone")
