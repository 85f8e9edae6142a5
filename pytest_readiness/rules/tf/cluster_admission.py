from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.clusters import ADMISSION
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import is_true


def concerns(block: Block) -> bool:
    return block.type in ADMISSION


@rule(
    "tf.cluster-admission",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set azure_policy_enabled = true on AKS, or a binary_authorization block on GKE",
    effort="1d",
    aliases=("CKV_AZURE_116", "AZU-0066"),
)
def check(block: Block) -> Iterator[Finding]:
    """Managed clusters check what is deployed.

    Binary Authorization on GKE and the policy add-on on AKS refuse images and pods that break the rules, whoever
    deploys them. A policy engine in the cluster does as well: then waive this.

    ```hcl good
    resource "azurerm_kubernetes_cluster" "main" {
      azure_policy_enabled = true
    }
    ```
    ```hcl bad
    resource "azurerm_kubernetes_cluster" "main" {  # <--
      name = "main"
    }
    ```
    ```hcl bad
    resource "google_container_cluster" "main" {
      binary_authorization {
        evaluation_mode = "DISABLED"         # <--
      }
    }
    ```
    """
    old = block.get("addon_profile", "azure_policy", "enabled")  # azurerm 2
    if old is None or not is_true(old):
        yield from gaps(block, ADMISSION, "whatever is deployed is run")
