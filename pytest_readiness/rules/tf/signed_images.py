from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.services import SIGNED_IMAGES
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import is_true


def concerns(block: Block) -> bool:
    """Content trust is a feature of the Premium tier."""
    sku = block.get("sku") if block.type in SIGNED_IMAGES else None
    return block.type in SIGNED_IMAGES and (sku is None or bool(sku == "Premium"))


@rule(
    "tf.signed-images",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set trust_policy_enabled = true",
    effort="1d",
    aliases=("CKV_AZURE_164",),
)
def check(block: Block) -> Iterator[Finding]:
    """Registries of Azure trust signed images only.

    Content trust refuses images that nobody signed, so that what runs is what the pipeline built.

    ```hcl good
    resource "azurerm_container_registry" "main" {
      sku                  = "Premium"
      trust_policy_enabled = true
    }
    ```
    ```hcl bad
    resource "azurerm_container_registry" "main" {  # <--
      sku = "Premium"
    }
    ```
    """
    old = block.get("trust_policy", "enabled")  # azurerm 3
    if old is None or not is_true(old):
        yield from gaps(block, SIGNED_IMAGES, "images that nobody signed are accepted")
