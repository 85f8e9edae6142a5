from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.clusters import SYSTEM_POOL
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in SYSTEM_POOL


@rule(
    "tf.system-node-pool",
    P3,
    on="tf.resource",
    when=concerns,
    category="Resilience/DR",
    remedy="set only_critical_addons_enabled = true in default_node_pool",
    effort="1d",
    aliases=("CKV_AZURE_232",),
)
def check(block: Block) -> Iterator[Finding]:
    """The system node pool of AKS runs nothing but the system.

    An application that takes the memory of a system node takes DNS and the metrics of the cluster with it.
    Applications belong on node pools of their own.

    ```hcl good
    resource "azurerm_kubernetes_cluster" "main" {
      default_node_pool {
        only_critical_addons_enabled = true
      }
    }
    ```
    ```hcl bad
    resource "azurerm_kubernetes_cluster" "main" {
      default_node_pool {                    # <--
        vm_size = "Standard_D2_v2"
      }
    }
    ```
    """
    yield from gaps(block, SYSTEM_POOL, "applications compete with DNS for the node")
