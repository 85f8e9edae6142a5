from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.hosts import HOST_ENCRYPTION
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in HOST_ENCRYPTION


@rule(
    "tf.host-encryption",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set encryption_at_host_enabled = true",
    aliases=("CKV_AZURE_97", "CKV_AZURE_151", "CKV_AZURE_227"),
)
def check(block: Block) -> Iterator[Finding]:
    """Virtual machines of Azure encrypt on the host too.

    Temporary disks and caches are not covered by the encryption of the storage service; encryption at the host
    covers them.

    ```hcl good
    resource "azurerm_linux_virtual_machine" "main" {
      encryption_at_host_enabled = true
    }
    ```
    ```hcl bad
    resource "azurerm_linux_virtual_machine" "main" {  # <--
      size = "Standard_F2"
    }
    ```
    """
    yield from gaps(block, HOST_ENCRYPTION, "temporary disks and caches are not encrypted")
