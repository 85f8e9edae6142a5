from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.clusters import NETWORK_POLICY
from pytest_readiness.formats.terraform.clusters import enforces_by_itself
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in NETWORK_POLICY


@rule(
    "tf.cluster-network-policy",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set network_policy in network_profile on AKS, or use Dataplane V2 on GKE",
    aliases=("CKV_GCP_12", "GCP-0056", "AZU-0043"),
)
def check(block: Block) -> Iterator[Finding]:
    """Managed clusters enforce network policies.

    Where nothing enforces them, NetworkPolicy objects are accepted and do nothing: every pod reaches every other.
    Autopilot and Dataplane V2 of GKE enforce them by themselves.

    ```hcl good
    resource "google_container_cluster" "main" {
      datapath_provider = "ADVANCED_DATAPATH"
    }
    ```
    ```hcl good
    resource "azurerm_kubernetes_cluster" "main" {
      network_profile {
        network_plugin = "azure"
        network_policy = "cilium"
      }
    }
    ```
    ```hcl bad
    resource "google_container_cluster" "main" {  # <--
      name = "main"
    }
    ```
    ```hcl bad
    resource "azurerm_kubernetes_cluster" "main" {
      network_profile {                      # <--
        network_plugin = "azure"
      }
    }
    ```
    """
    if not enforces_by_itself(block):
        yield from gaps(block, NETWORK_POLICY, "network policies are accepted and do nothing")
