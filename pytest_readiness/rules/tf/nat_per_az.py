from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.availability import how_many
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_true


def has_nat(block: Block) -> bool:
    """A module call that wants gateways, or the gateway of a module that spreads its subnets over zones."""
    if block.type == "aws_nat_gateway":
        regional = block.get("availability_mode")
        return (
            block.is_production and len(block.module.resources("aws_subnet")) > 1 and not (regional is not None and regional == "regional")
        )
    if block.type != "terraform-aws-modules/vpc/aws" or not block.is_production:
        return False
    enabled = block.get("enable_nat_gateway")
    return enabled is not None and holds(enabled, is_true)


@rule(
    "tf.nat-per-az",
    P2,
    on=("tf.resource", "tf.module-call"),
    when=has_nat,
    category="Resilience/DR",
    remedy="set one_nat_gateway_per_az = true and single_nat_gateway = false",
    effort="1h",
)
def check(call: Block) -> Iterator[Finding]:
    """Production has a NAT gateway in every availability zone.

    A single gateway takes the way out of all private subnets with it when its zone fails. Directories and tags
    that say dev, test or staging are not judged.

    ```hcl good
    module "vpc" {
      source                 = "terraform-aws-modules/vpc/aws"
      enable_nat_gateway     = true
      one_nat_gateway_per_az = true
    }
    ```
    ```hcl bad
    module "vpc" {
      source             = "terraform-aws-modules/vpc/aws"
      enable_nat_gateway = true
      single_nat_gateway = true            # <--
    }
    ```
    ```hcl bad
    resource "aws_subnet" "a" {}
    resource "aws_subnet" "b" {}
    resource "aws_nat_gateway" "main" {    # <--
      subnet_id = aws_subnet.a.id
    }
    ```
    """
    if call.type == "aws_nat_gateway":
        gateways = call.module.resources("aws_nat_gateway")
        if call is gateways[0] and sum(how_many(gateway) for gateway in gateways) == 1:
            yield call.finding("all zones leave through one NAT gateway and are cut off with its zone")
    elif holds(call.get("single_nat_gateway"), is_true):
        yield call.finding("all zones leave through one NAT gateway and are cut off with its zone", call.at("single_nat_gateway"))
