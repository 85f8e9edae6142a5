from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.identities import MANAGED
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in MANAGED


@rule(
    "tf.managed-identity",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="add an identity block",
    effort="1h",
    aliases=(
        "CKV_AZURE_16", "CKV_AZURE_71", "CKV_AZURE_176", "CKV_AZURE_181", "CKV_AZURE_191", "CKV_AZURE_194", "CKV_AZURE_202",
        "CKV_AZURE_207", "CKV_AZURE_238", "CKV2_AZURE_28", "CKV2_AZURE_35", "CKV2_AZURE_36", "AZU-0002",
    ),
)  # fmt: skip
def check(block: Block) -> Iterator[Finding]:
    """Services of Azure have managed identities.

    Without one a service needs a stored password or key to call others. A managed identity has none that could leak
    or expire.

    ```hcl good
    resource "azurerm_linux_web_app" "shop" {
      identity {
        type = "SystemAssigned"
      }
    }
    ```
    ```hcl bad
    resource "azurerm_linux_web_app" "shop" {  # <--
      name = "shop"
    }
    ```
    """
    yield from gaps(block, MANAGED, "it needs a stored secret to call others")
