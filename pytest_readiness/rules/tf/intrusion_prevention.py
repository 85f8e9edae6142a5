from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.services import IDS
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    """Intrusion detection is a feature of the Premium tier."""
    sku = block.get("sku") if block.type == "azurerm_firewall_policy" else None
    return block.type in IDS and (sku is None or bool(sku == "Premium"))


@rule(
    "tf.intrusion-prevention",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set threat_intel_mode or intrusion_detection to Deny",
    aliases=("CKV_AZURE_216", "CKV_AZURE_220"),
)
def check(block: Block) -> Iterator[Finding]:
    """Network firewalls of Azure block known attackers.

    Threat intelligence and intrusion detection know the addresses and patterns of attacks; unless they deny, they
    only write them down.

    ```hcl good
    resource "azurerm_firewall" "main" {
      threat_intel_mode = "Deny"
    }
    ```
    ```hcl bad
    resource "azurerm_firewall" "main" {
      threat_intel_mode = "Alert"            # <--
    }
    ```
    """
    yield from gaps(block, IDS, "known attackers are let through")
