from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_true

RULES = ("aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
MODULE = "terraform-aws-modules/vpc/aws"


def is_network(block: Block) -> bool:
    return block.type in ("aws_vpc", MODULE)


@rule(
    "tf.default-security-group",
    P3,
    on=("tf.resource", "tf.module-call"),
    when=is_network,
    category="Security & Compliance",
    remedy="add an aws_default_security_group without rules",
    aliases=("CKV2_AWS_12",),
    standards=("AWS FSBP EC2.2",),
)
def check(block: Block) -> Iterator[Finding]:
    """The default security group of a VPC lets nothing through.

    Whatever is started without a group gets the default one, which lets its members talk to each other and to
    the whole internet. An `aws_default_security_group` without rules takes that away; the VPC module does it
    unless told not to.

    ```hcl good
    resource "aws_vpc" "main" {}
    resource "aws_default_security_group" "main" {
      vpc_id = aws_vpc.main.id
    }
    ```
    ```hcl bad
    resource "aws_vpc" "main" {            # <--
      cidr_block = "10.0.0.0/16"
    }
    ```
    ```hcl bad
    resource "aws_vpc" "main" {}
    resource "aws_default_security_group" "main" {
      vpc_id = aws_vpc.main.id
      egress {                             # <--
        cidr_blocks = ["0.0.0.0/0"]
      }
    }
    ```
    """
    if block.type == MODULE:
        if not holds(block.get("manage_default_security_group"), is_true, absent=True):
            yield block.finding("the default security group keeps its rules", block.at("manage_default_security_group"))
        return
    groups = block.attached(("aws_default_security_group",), by="vpc_id")
    if not groups:
        yield block.finding("no aws_default_security_group: what is started without a group may talk to everybody")
    for group in groups:
        written = [*group.blocks("ingress"), *group.blocks("egress")]
        rules = group.attached(RULES, by="security_group_id")
        if place := [part.span for part in written] + [rule.span for rule in rules]:
            yield block.finding("the default security group has rules: whatever is started without a group gets them", place[0])
