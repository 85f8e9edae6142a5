from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.keys import PURGE
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in PURGE


@rule(
    "tf.purge-protection",
    P1,
    on="tf.resource",
    when=concerns,
    category="Resilience/DR",
    remedy="set purge_protection_enabled = true",
    aliases=("CKV_AZURE_42", "CKV_AZURE_110", "CKV_AZURE_187", "AZU-0016"),
)
def check(block: Block) -> Iterator[Finding]:
    """Deleted keys and secrets can be brought back.

    Without its key, encrypted data is gone. Purge protection keeps deleted vaults and keys for their retention,
    whoever asks for them to be purged.

    ```hcl good
    resource "azurerm_key_vault" "main" {
      purge_protection_enabled = true
    }
    ```
    ```hcl bad
    resource "azurerm_key_vault" "main" {    # <--
      name = "main"
    }
    ```
    """
    yield from gaps(block, PURGE, "whoever may delete it may destroy it for good")
