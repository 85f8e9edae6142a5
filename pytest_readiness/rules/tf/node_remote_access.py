from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import is_set
from pytest_readiness.formats.terraform.settings import setting

WANTED: Settings = {
    "aws_eks_node_group": (setting("source_security_group_ids", "the security groups that may log in", is_set, within="remote_access"),),
}


def concerns(block: Block) -> bool:
    return block.type in WANTED and block.section.blocks("remote_access") != ()


@rule(
    "tf.node-remote-access",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set source_security_group_ids, or leave remote_access out and use SSM",
    aliases=("CKV_AWS_100",),
)
def check(block: Block) -> Iterator[Finding]:
    """Nodes take SSH from named security groups only.

    A key for remote access without security groups opens port 22 of every node to the whole internet.

    ```hcl good
    resource "aws_eks_node_group" "main" {
      remote_access {
        ec2_ssh_key               = "ops"
        source_security_group_ids = [aws_security_group.ops.id]
      }
    }
    ```
    ```hcl bad
    resource "aws_eks_node_group" "main" {
      remote_access {                        # <--
        ec2_ssh_key = "ops"
      }
    }
    ```
    """
    yield from gaps(block, WANTED, "port 22 of every node is open to the internet")
