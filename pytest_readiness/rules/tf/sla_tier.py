from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.services import WITH_SLA
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in WITH_SLA and block.is_production


@rule(
    "tf.sla-tier",
    P2,
    on="tf.resource",
    when=concerns,
    category="Resilience/DR",
    remedy="choose a Standard or Premium SKU",
    aliases=(
        "CKV_AZURE_170", "CKV_AZURE_175", "CKV_AZURE_180", "CKV_AZURE_188", "CKV_AZURE_196", "CKV_AZURE_211", "CKV_AZURE_209",
        "CKV_AZURE_230",
    ),
)  # fmt: skip
def check(block: Block) -> Iterator[Finding]:
    """Production services run in a tier that the provider answers for.

    Free, shared and developer tiers have no service level, share machines with others, and are stopped at their
    quota.

    ```hcl good
    resource "azurerm_kubernetes_cluster" "main" {
      sku_tier = "Standard"
    }
    ```
    ```hcl bad
    resource "azurerm_kubernetes_cluster" "main" {  # <--
      name = "main"
    }
    ```
    """
    yield from gaps(block, WITH_SLA, "the provider promises nothing for it")
