from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.identities import NETWORK_INJECTED
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in NETWORK_INJECTED


@rule(
    "tf.managed-network",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set managed_virtual_network_enabled = true, or subnet_ids",
    aliases=("CKV_AZURE_58", "CKV_AZURE_98", "AZU-0034"),
)
def check(block: Block) -> Iterator[Finding]:
    """Workspaces and containers of Azure stand in a network of their own.

    What runs outside of a virtual network reaches, and is reached by, whatever shares its host and the internet.

    ```hcl good
    resource "azurerm_synapse_workspace" "main" {
      managed_virtual_network_enabled = true
    }
    ```
    ```hcl bad
    resource "azurerm_synapse_workspace" "main" {  # <--
      name = "main"
    }
    ```
    """
    yield from gaps(block, NETWORK_INJECTED, "it stands in no network of your own")
