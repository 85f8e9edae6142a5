from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.clusters import MONITORING
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in MONITORING


@rule(
    "tf.cluster-monitoring",
    P2,
    on="tf.resource",
    when=concerns,
    category="Monitoring & Observability",
    remedy="leave monitoring_service at monitoring.googleapis.com/kubernetes",
    aliases=("GCP-0052",),
)
def check(block: Block) -> Iterator[Finding]:
    """Managed clusters report their metrics.

    GKE sends the metrics of the control plane and the nodes to Cloud Monitoring unless it is told not to; without
    them nobody sees a full node.

    ```hcl good
    resource "google_container_cluster" "main" {
      name = "main"
    }
    ```
    ```hcl bad
    resource "google_container_cluster" "main" {
      monitoring_service = "none"            # <--
    }
    ```
    """
    yield from gaps(block, MONITORING, "nobody sees how the nodes do")
