from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.identities import NO_SHARED_KEYS
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in NO_SHARED_KEYS


@rule(
    "tf.no-shared-keys",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="switch local or shared-key authentication off",
    effort="1d",
    aliases=(
        "CKV_AZURE_137", "CKV_AZURE_140", "CKV_AZURE_142", "CKV_AZURE_184", "CKV_AZURE_192", "CKV_AZURE_195", "CKV_AZURE_203",
        "CKV_AZURE_236", "CKV2_AZURE_40",
    ),
)  # fmt: skip
def check(block: Block) -> Iterator[Finding]:
    """Services of Azure accept identities, not shared keys.

    Everybody who ever read an account key has it, nobody can say who used it, and changing it breaks all who do.
    Entra ID gives each caller an identity and roles.

    ```hcl good
    resource "azurerm_servicebus_namespace" "main" {
      local_auth_enabled = false
    }
    ```
    ```hcl bad
    resource "azurerm_servicebus_namespace" "main" {  # <--
      name = "main"
    }
    ```
    ```hcl bad
    resource "azurerm_container_registry" "main" {
      admin_enabled = true                   # <--
    }
    ```
    """
    yield from gaps(block, NO_SHARED_KEYS, "who knows the key may do everything, and nobody knows who that is")
