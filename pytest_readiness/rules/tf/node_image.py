from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.clusters import NODE_IMAGES
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in NODE_IMAGES


@rule(
    "tf.node-image",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy='set image_type = "COS_CONTAINERD"',
    aliases=("CKV_GCP_22", "GCP-0054"),
)
def check(block: Block) -> Iterator[Finding]:
    """Nodes of GKE run the image that is made for containers.

    Container-Optimized OS has a read-only root, no package manager and signed boot; what others have in addition is
    there for an attacker too.

    ```hcl good
    resource "google_container_node_pool" "main" {
      node_config {
        image_type = "COS_CONTAINERD"
      }
    }
    ```
    ```hcl bad
    resource "google_container_node_pool" "main" {
      node_config {
        image_type = "UBUNTU_CONTAINERD"     # <--
      }
    }
    ```
    """
    yield from gaps(block, NODE_IMAGES, "the nodes carry more than containers need")
