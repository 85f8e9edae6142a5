from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_false


def concerns(block: Block) -> bool:
    return block.type in ("google_project", "aws_default_vpc")


@rule(
    "tf.no-default-network",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="use a network of your own; set auto_create_network = false",
    aliases=("CKV_AWS_148", "AWS-0101", "CKV_GCP_27", "GCP-0010"),
)
def check(block: Block) -> Iterator[Finding]:
    """Nothing runs in a default network.

    The default network of Google Cloud comes with subnetworks everywhere and rules that let SSH and RDP in from the
    internet; the default VPC of AWS has public subnets only, and whatever names no subnet lands there.

    ```hcl good
    resource "google_project" "shop" {
      auto_create_network = false
    }
    ```
    ```hcl bad
    resource "aws_default_vpc" "default" {   # <--
      tags = { Name = "default" }
    }
    ```
    ```hcl bad
    resource "google_project" "shop" {       # <--
      project_id = "shop"
    }
    ```
    """
    if block.type == "aws_default_vpc":
        yield block.finding("the default VPC has public subnets only: what runs there is on the internet")
    elif not holds(block.get("auto_create_network"), is_false):
        yield block.finding("the default network lets SSH and RDP in from the internet", block.at("auto_create_network"))
