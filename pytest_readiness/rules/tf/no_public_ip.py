from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import off

_PRIVATE = (off("map_public_ip_on_launch", absent=True),)
SUBNETS: Settings = {"aws_subnet": _PRIVATE, "terraform-aws-modules/vpc/aws": _PRIVATE}


def is_subnet(block: Block) -> bool:
    return block.type in SUBNETS


@rule(
    "tf.no-public-ip",
    P3,
    on=("tf.resource", "tf.module-call"),
    when=is_subnet,
    category="Security & Compliance",
    remedy="set map_public_ip_on_launch = false",
    aliases=("CKV_AWS_130", "AWS-0164"),
    standards=("AWS FSBP EC2.15",),
)
def check(block: Block) -> Iterator[Finding]:
    """Subnets give nothing a public address without being asked.

    What is launched in such a subnet by mistake is on the internet at once. Load balancers and NAT gateways in
    public subnets get their addresses without it.

    ```hcl good
    resource "aws_subnet" "public" {
      cidr_block = "10.0.1.0/24"
    }
    ```
    ```hcl bad
    resource "aws_subnet" "public" {
      map_public_ip_on_launch = true       # <--
    }
    ```
    """
    yield from gaps(block, SUBNETS, "whatever is launched there is on the internet")
