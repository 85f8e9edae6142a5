from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_set

GROUPS = ("aws_security_group", "aws_elasticache_security_group", "aws_redshift_security_group")
RULES = ("aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")


def has_rules(block: Block) -> bool:
    return block.type in GROUPS or block.type in RULES


@rule(
    "tf.described-rules",
    P3,
    on="tf.resource",
    when=has_rules,
    category="Governance",
    remedy="say in a description what the group or rule is for",
    aliases=("CKV_AWS_23", "AWS-0049", "AWS-0099", "AWS-0124"),
)
def check(block: Block) -> Iterator[Finding]:
    """Security groups and their rules say what they are for.

    A rule nobody can explain is never removed. Left out, the description of a group is "Managed by Terraform",
    and that of a rule is empty.

    ```hcl good
    resource "aws_security_group" "web" {
      description = "What the load balancer reaches"
      ingress {
        description = "HTTPS from the load balancer"
        from_port   = 443
      }
    }
    ```
    ```hcl bad
    resource "aws_security_group" "web" {
      description = "What the load balancer reaches"
      ingress {                            # <--
        from_port = 443
      }
    }
    ```
    ```hcl bad
    resource "aws_vpc_security_group_ingress_rule" "web" {  # <--
      from_port = 443
    }
    ```
    """
    if not holds(block.get("description"), is_set):
        yield block.finding("no description: nobody can tell later whether it may go", block.at("description"))
    for name in ("ingress", "egress") if block.type == "aws_security_group" else ():
        for part in block.blocks(name):
            if not holds(part.get("description"), is_set):
                yield block.finding(f"an {name} rule has no description: nobody can tell later whether it may go", part.span)
