from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.availability import how_many
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.blocks import is_example
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_true


def has_nat(block: Block) -> bool:
    """Only what a directory or tag calls another environment than production."""
    if block.is_production or is_example(block.module.root.directory):
        return False
    if block.type == "terraform-aws-modules/vpc/aws":
        enabled = block.get("enable_nat_gateway")
        return enabled is not None and holds(enabled, is_true)
    return block.type == "aws_nat_gateway"


@rule(
    "tf.single-nat-nonprod",
    P3,
    on=("tf.resource", "tf.module-call"),
    when=has_nat,
    category="Cost",
    remedy="set single_nat_gateway = true outside of production",
    effort="1h",
)
def check(block: Block) -> Iterator[Finding]:
    """Environments other than production share one NAT gateway.

    Each gateway costs some 30 dollars a month before the first byte. Development and staging do not need one in
    every availability zone. Judged where a directory or tag names such an environment.

    ```hcl good envs/dev/main.tf
    module "vpc" {
      source             = "terraform-aws-modules/vpc/aws"
      enable_nat_gateway = true
      single_nat_gateway = true
    }
    ```
    ```hcl bad envs/dev/main.tf
    module "vpc" {                         # <--
      source             = "terraform-aws-modules/vpc/aws"
      enable_nat_gateway = true
    }
    ```
    ```hcl bad envs/staging/main.tf
    resource "aws_nat_gateway" "main" {
      count     = 3                        # <--
      subnet_id = aws_subnet.public[count.index].id
    }
    ```
    """
    if block.kind == "tf.module-call":
        if not holds(block.get("single_nat_gateway"), is_true):
            yield block.finding("one NAT gateway per zone or subnet: non-production needs one", block.at("single_nat_gateway"))
        return
    gateways = block.module.resources("aws_nat_gateway")
    total = sum(how_many(gateway) for gateway in gateways)
    if total > 1 and block is gateways[0]:
        yield block.finding(f"{total} NAT gateways: non-production needs one", block.at("count"))
