from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.clusters import LEFTOVERS
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in LEFTOVERS


@rule(
    "tf.cluster-leftovers",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="switch the add-on off",
    aliases=("CKV_AZURE_8", "CKV_AZURE_246", "CKV2_GCP_19"),
)
def check(block: Block) -> Iterator[Finding]:
    """Managed clusters run no dashboard, demo ingress or alpha feature.

    The old dashboard and the HTTP routing add-on of AKS are made for trying out and no longer maintained; an alpha
    cluster of GKE is deleted after thirty days.

    ```hcl good
    resource "azurerm_kubernetes_cluster" "main" {
      http_application_routing_enabled = false
    }
    ```
    ```hcl bad
    resource "azurerm_kubernetes_cluster" "main" {
      http_application_routing_enabled = true  # <--
    }
    ```
    ```hcl bad
    resource "google_container_cluster" "main" {
      enable_kubernetes_alpha = true         # <--
    }
    ```
    """
    yield from gaps(block, LEFTOVERS, "it is not made for production")
