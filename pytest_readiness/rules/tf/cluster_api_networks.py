from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.clusters import GKE
from pytest_readiness.formats.terraform.clusters import open_api


def concerns(block: Block) -> bool:
    return block.type == GKE


@rule(
    "tf.cluster-api-networks",
    P1,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="add master_authorized_networks_config, or enable_private_endpoint",
    effort="1h",
    aliases=("GCP-0053", "GCP-0061"),
)
def check(block: Block) -> Iterator[Finding]:
    """The API server of a GKE cluster answers known networks only.

    A stolen token is of no use to somebody who cannot reach the API server. Endpoints of EKS and AKS are judged by
    `tf.private-only`; on GKE nodes and endpoint are told apart.

    ```hcl good
    resource "google_container_cluster" "main" {
      master_authorized_networks_config {
        cidr_blocks {
          cidr_block = "10.0.0.0/8"
        }
      }
    }
    ```
    ```hcl good
    resource "google_container_cluster" "main" {
      private_cluster_config {
        enable_private_endpoint = true
      }
    }
    ```
    ```hcl bad
    resource "google_container_cluster" "main" {  # <--
      name = "main"
    }
    ```
    ```hcl bad
    resource "google_container_cluster" "main" {
      master_authorized_networks_config {
        cidr_blocks {
          cidr_block = "0.0.0.0/0"           # <--
        }
      }
    }
    ```
    """
    for reason, place in open_api(block):
        yield block.finding(reason, place)
