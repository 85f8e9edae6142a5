from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.hosts import FORWARDING
from pytest_readiness.formats.terraform.hosts import is_gke_node
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in FORWARDING and not is_gke_node(block)


@rule(
    "tf.no-ip-forwarding",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="remove can_ip_forward or ip_forwarding_enabled",
    aliases=("CKV_GCP_36", "GCP-0043", "CKV_AZURE_118", "AZU-0075"),
)
def check(block: Block) -> Iterator[Finding]:
    """Virtual machines forward no packets of others.

    A machine that may send packets with foreign addresses can go around the firewall of the network. Only gateways
    need that: waive them.

    ```hcl good
    resource "google_compute_instance" "main" {
      can_ip_forward = false
    }
    ```
    ```hcl bad
    resource "google_compute_instance" "main" {
      can_ip_forward = true                  # <--
    }
    ```
    ```hcl bad
    resource "azurerm_network_interface" "main" {
      ip_forwarding_enabled = true           # <--
    }
    ```
    """
    yield from gaps(block, FORWARDING, "it may send packets under other addresses")
