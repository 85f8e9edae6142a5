from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.clusters import UPGRADES
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in UPGRADES


@rule(
    "tf.cluster-upgrades",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set automatic_upgrade_channel on AKS; leave auto_upgrade and the release channel on",
    aliases=("GCP-0058", "CKV_AZURE_171"),
)
def check(block: Block) -> Iterator[Finding]:
    """Managed clusters and their nodes are upgraded automatically.

    A cluster that nobody upgrades leaves support within a year, and holes in the kubelet and the node image stay
    open. GKE upgrades unless it is told not to; AKS has to be told.

    ```hcl good
    resource "azurerm_kubernetes_cluster" "main" {
      automatic_upgrade_channel = "patch"
    }
    ```
    ```hcl bad
    resource "azurerm_kubernetes_cluster" "main" {  # <--
      name = "main"
    }
    ```
    ```hcl bad
    resource "google_container_node_pool" "main" {
      management {
        auto_upgrade = false                 # <--
      }
    }
    ```
    """
    yield from gaps(block, UPGRADES, "nobody upgrades it")
