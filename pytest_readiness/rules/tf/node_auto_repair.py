from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.clusters import REPAIR
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in REPAIR


@rule(
    "tf.node-auto-repair",
    P2,
    on="tf.resource",
    when=concerns,
    category="Resilience/DR",
    remedy="set auto_repair = true",
    aliases=("GCP-0063",),
)
def check(block: Block) -> Iterator[Finding]:
    """Broken nodes are replaced automatically.

    A node that does not answer any more takes its pods with it until somebody notices. GKE repairs nodes unless it
    is told not to.

    ```hcl good
    resource "google_container_node_pool" "main" {
      management {
        auto_repair = true
      }
    }
    ```
    ```hcl bad
    resource "google_container_node_pool" "main" {
      management {
        auto_repair = false                  # <--
      }
    }
    ```
    """
    yield from gaps(block, REPAIR, "a broken node stays broken")
