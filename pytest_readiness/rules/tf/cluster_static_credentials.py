from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.clusters import STATIC_CREDENTIALS
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in STATIC_CREDENTIALS


@rule(
    "tf.cluster-static-credentials",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set local_account_disabled = true on AKS; issue no client certificate on GKE",
    aliases=("GCP-0064", "CKV_AZURE_141"),
)
def check(block: Block) -> Iterator[Finding]:
    """Managed clusters have no shared administrator credentials.

    A client certificate or the local administrator account of AKS belongs to nobody, is in the state, and cannot be
    taken back from one person; it passes by every role binding.

    ```hcl good
    resource "azurerm_kubernetes_cluster" "main" {
      local_account_disabled = true
    }
    ```
    ```hcl bad
    resource "azurerm_kubernetes_cluster" "main" {  # <--
      name = "main"
    }
    ```
    ```hcl bad
    resource "google_container_cluster" "main" {
      master_auth {
        client_certificate_config {
          issue_client_certificate = true    # <--
        }
      }
    }
    ```
    """
    yield from gaps(block, STATIC_CREDENTIALS, "who holds it is administrator and nobody knows who that is")
