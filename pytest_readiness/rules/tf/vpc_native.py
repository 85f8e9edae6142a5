from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.clusters import GKE
from pytest_readiness.formats.terraform.clusters import is_autopilot


def concerns(block: Block) -> bool:
    return block.type == GKE


@rule(
    "tf.vpc-native",
    P3,
    on="tf.resource",
    when=concerns,
    category="IaC",
    remedy="add ip_allocation_policy {}",
    aliases=("GCP-0049",),
)
def check(block: Block) -> Iterator[Finding]:
    """GKE clusters take the addresses of pods from the network.

    Without alias addresses routes are made for each node, which are few, and firewall rules cannot tell pods apart.

    ```hcl good
    resource "google_container_cluster" "main" {
      ip_allocation_policy {}
    }
    ```
    ```hcl bad
    resource "google_container_cluster" "main" {  # <--
      name = "main"
    }
    ```
    """
    mode = block.get("networking_mode")
    if not is_autopilot(block) and not block.blocks("ip_allocation_policy") and not (mode is not None and mode == "VPC_NATIVE"):
        yield block.finding("no ip_allocation_policy: pods get no addresses of the network")
