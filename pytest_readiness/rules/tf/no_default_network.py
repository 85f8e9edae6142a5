from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_false


def concerns(block: Block) -> bool:
    return block.type == "google_project"


@rule(
    "tf.no-default-network",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set auto_create_network = false",
    aliases=("CKV_GCP_27", "GCP-0010"),
)
def check(block: Block) -> Iterator[Finding]:
    """Projects have no default network.

    The default network of Google Cloud comes with subnetworks everywhere and rules that let SSH and RDP in from the
    internet.

    ```hcl good
    resource "google_project" "shop" {
      auto_create_network = false
    }
    ```
    ```hcl bad
    resource "google_project" "shop" {       # <--
      project_id = "shop"
    }
    ```
    """
    if not holds(block.get("auto_create_network"), is_false):
        yield block.finding("the default network lets SSH and RDP in from the internet", block.at("auto_create_network"))
