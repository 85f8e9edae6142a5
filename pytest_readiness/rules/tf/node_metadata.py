from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.clusters import METADATA
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in METADATA


@rule(
    "tf.node-metadata",
    P1,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy='set mode = "GKE_METADATA" in workload_metadata_config',
    aliases=("GCP-0048", "GCP-0057"),
)
def check(block: Block) -> Iterator[Finding]:
    """Pods cannot read the credentials of their node.

    The metadata server of a virtual machine hands the account of the node to whoever asks. `GKE_METADATA` keeps
    pods from it; the legacy endpoints answer without asking for a header. Both are safe unless they are changed.

    ```hcl good
    resource "google_container_node_pool" "main" {
      node_config {
        workload_metadata_config {
          mode = "GKE_METADATA"
        }
      }
    }
    ```
    ```hcl bad
    resource "google_container_node_pool" "main" {
      node_config {
        workload_metadata_config {
          mode = "GCE_METADATA"              # <--
        }
      }
    }
    ```
    ```hcl bad
    resource "google_container_cluster" "main" {
      node_config {
        metadata = {
          disable-legacy-endpoints = false   # <--
        }
      }
    }
    ```
    """
    yield from gaps(block, METADATA, "every pod can act as its node")
