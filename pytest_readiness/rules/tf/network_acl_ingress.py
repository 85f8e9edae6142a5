from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.network_acls import is_ingress
from pytest_readiness.formats.terraform.network_acls import open_ports

PORTS: tuple[int, ...] = (20, 21, 22, 3389)


@rule(
    "tf.network-acl-ingress",
    P3,
    on="tf.resource",
    when=is_ingress,
    category="Security & Compliance",
    remedy="deny the ports in a rule with a lower number, or name the networks",
    effort="1h",
    aliases=("CKV_AWS_229", "CKV_AWS_230", "CKV_AWS_231", "CKV_AWS_232", "AWS-0105"),
    standards=("AWS FSBP EC2.21",),
)
def check(acl: Block, *, ports: tuple[int, ...] = PORTS) -> Iterator[Finding]:
    """Network ACLs keep the world away from administration ports.

    The second wall, for the day on which somebody opens a security group: a subnet whose network ACL denies SSH
    and RDP from everywhere stays closed. Of numbered rules the first that matches decides.

    ```hcl good
    resource "aws_network_acl" "private" {
      ingress {
        rule_no    = 100
        action     = "allow"
        protocol   = "tcp"
        cidr_block = "10.0.0.0/8"
        from_port  = 22
        to_port    = 22
      }
    }
    ```
    ```hcl bad
    resource "aws_network_acl" "private" {
      ingress {
        rule_no    = 100
        action     = "allow"
        protocol   = "-1"
        cidr_block = "0.0.0.0/0"           # <--
        from_port  = 0
        to_port    = 0
      }
    }
    ```
    ```hcl bad
    resource "aws_network_acl_rule" "ssh" {
      rule_number = 100
      rule_action = "allow"
      protocol    = "tcp"
      cidr_block  = "0.0.0.0/0"            # <--
      from_port   = 22
      to_port     = 22
    }
    ```
    """
    for opened, place in open_ports(acl, frozenset(ports)):
        named = f"port {opened[0]} is" if len(opened) == 1 else f"ports such as {opened[0]} are"
        yield acl.finding(f"{named} open to the whole internet", place)
