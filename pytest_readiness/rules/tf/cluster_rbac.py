from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.clusters import RBAC
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in RBAC


@rule(
    "tf.cluster-rbac",
    P1,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="keep Kubernetes RBAC on and enable_legacy_abac off",
    aliases=("GCP-0062", "AZU-0042"),
)
def check(block: Block) -> Iterator[Finding]:
    """Managed clusters decide access by Kubernetes RBAC.

    Without RBAC every account that reaches the API server may do everything; the older attribute-based control of
    GKE gives that to every workload.

    ```hcl good
    resource "google_container_cluster" "main" {
      name = "main"
    }
    ```
    ```hcl bad
    resource "google_container_cluster" "main" {
      enable_legacy_abac = true              # <--
    }
    ```
    ```hcl bad
    resource "azurerm_kubernetes_cluster" "main" {
      role_based_access_control_enabled = false  # <--
    }
    ```
    """
    yield from gaps(block, RBAC, "every account in the cluster may do everything")
