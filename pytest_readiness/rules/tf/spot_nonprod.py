from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.aws_compute import GROUPS
from pytest_readiness.formats.terraform.aws_compute import node_groups
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.blocks import is_example
from pytest_readiness.formats.terraform.clusters import SPOT
from pytest_readiness.formats.terraform.settings import gaps


def is_group(block: Block) -> bool:
    judged = block.type in GROUPS or block.type in SPOT
    return judged and not block.is_production and not is_example(block.module.root.directory)


@rule(
    "tf.spot-nonprod",
    P3,
    on=("tf.resource", "tf.module-call"),
    when=is_group,
    category="Cost",
    remedy='set capacity_type = "SPOT" outside of production',
    effort="1h",
)
def check(block: Block) -> Iterator[Finding]:
    """Nodes of environments other than production are spot capacity.

    Spot instances cost up to 90 % less, and nobody is hurt when a development node is taken away. Judged where a
    directory or tag names such an environment.

    ```hcl good envs/dev/main.tf
    resource "aws_eks_node_group" "main" {
      capacity_type  = "SPOT"
      instance_types = ["m6g.large", "m7g.large", "c7g.xlarge"]
    }
    ```
    ```hcl bad envs/dev/main.tf
    resource "aws_eks_node_group" "main" {
      capacity_type = "ON_DEMAND"          # <--
    }
    ```
    """
    if block.type in SPOT:
        yield from gaps(block, SPOT, "non-production may run on spot capacity")
        return
    groups = list(node_groups(block))
    if groups and not any(bool(group.spot) for group in groups):
        at = block.at("capacity_type") if block.type == "aws_eks_node_group" else groups[0].span
        yield block.finding("its nodes are all on demand: non-production may run on spot capacity", at)
