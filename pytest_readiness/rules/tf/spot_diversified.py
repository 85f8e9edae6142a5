from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.terraform.aws_compute import GROUPS
from pytest_readiness.formats.terraform.aws_compute import NodeGroup
from pytest_readiness.formats.terraform.aws_compute import node_groups
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.policies import many


def runs_on_spot(block: Block) -> bool:
    return block.type in GROUPS and any(is_unknown(group.spot) or group.spot for group in node_groups(block))


@rule(
    "tf.spot-diversified",
    P2,
    on=("tf.resource", "tf.module-call"),
    when=runs_on_spot,
    category="Resilience/DR",
    remedy="list at least three instance_types",
)
def check(block: Block, *, minimum: int = 3) -> Iterator[Finding]:
    """Groups of spot nodes may take several instance types.

    AWS takes spot instances back by type and zone: a group of one type loses all its nodes at once, and gets
    no new ones. Types that `instance_requirements` select count as many.

    ```hcl good
    resource "aws_eks_node_group" "main" {
      capacity_type  = "SPOT"
      instance_types = ["m6g.large", "m7g.large", "c7g.xlarge"]
    }
    ```
    ```hcl bad
    resource "aws_eks_node_group" "main" {
      capacity_type  = "SPOT"
      instance_types = ["m7g.large"]       # <--
    }
    ```
    """
    for group in node_groups(block):
        if not group.spot:
            continue
        if (count := _types(group)) is not None and count < minimum:
            several = f"{count or 'no'} instance type{'' if count == 1 else 's'}"
            yield block.finding(f"{group.name} may take {several}: all its nodes can be taken away at once", group.span)


def _types(group: NodeGroup) -> int | None:
    """How many types there are, None where a requirement selects them."""
    if is_unknown(group.types) and "instance_requirements" in group.types.source:
        return None
    return len({str(name) for name in many(group.types)})
