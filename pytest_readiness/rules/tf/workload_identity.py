from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.clusters import WORKLOAD_IDENTITY
from pytest_readiness.formats.terraform.clusters import is_autopilot
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in WORKLOAD_IDENTITY


@rule(
    "tf.workload-identity",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set workload_pool on GKE, workload_identity_enabled and oidc_issuer_enabled on AKS",
    effort="1d",
)
def check(block: Block) -> Iterator[Finding]:
    """Pods of GKE and AKS get access to the cloud through identities of their own.

    Without workload identity a pod borrows the account of its node, or is given a key that never expires; either
    way one pod has what all have. On EKS see `tf.irsa`.

    ```hcl good
    resource "google_container_cluster" "main" {
      workload_identity_config {
        workload_pool = "shop.svc.id.goog"
      }
    }
    ```
    ```hcl good
    resource "google_container_cluster" "main" {
      enable_autopilot = true
    }
    ```
    ```hcl bad
    resource "google_container_cluster" "main" {  # <--
      name = "main"
    }
    ```
    ```hcl bad
    resource "azurerm_kubernetes_cluster" "main" {
      workload_identity_enabled = false      # <--
    }
    ```
    """
    if not is_autopilot(block):
        yield from gaps(block, WORKLOAD_IDENTITY, "pods borrow the account of their node")
