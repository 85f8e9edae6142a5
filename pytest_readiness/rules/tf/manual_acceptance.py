from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import equal
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting

WANTED: Settings = {
    "aws_vpc_endpoint_service": (setting("acceptance_required"),),
    "aws_ec2_transit_gateway": (equal("auto_accept_shared_attachments", "disable", absent=True),),
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.manual-acceptance",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="let somebody accept who connects to the network",
    aliases=("CKV_AWS_123", "CKV_AWS_331"),
    standards=("AWS FSBP EC2.23",),
)
def check(block: Block) -> Iterator[Finding]:
    """Somebody accepts who connects to the network.

    A transit gateway or endpoint service that accepts by itself connects every network that asks.

    ```hcl good
    resource "aws_vpc_endpoint_service" "api" {
      acceptance_required = true
    }
    ```
    ```hcl bad
    resource "aws_ec2_transit_gateway" "main" {
      auto_accept_shared_attachments = "enable"  # <--
    }
    ```
    """
    yield from gaps(block, WANTED, "every network that asks is connected")
