from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting

WANTED: Settings = {
    "aws_elb": (setting("cross_zone_load_balancing", absent=True),),
    "aws_lb": (setting("enable_cross_zone_load_balancing"),),
    "aws_alb": (setting("enable_cross_zone_load_balancing"),),
}


def concerns(block: Block) -> bool:
    """Application load balancers always do."""
    kind = block.get("load_balancer_type") if block.type in ("aws_lb", "aws_alb") else None
    return block.type == "aws_elb" or (block.type in WANTED and kind is not None and bool(kind in ("network", "gateway")))


@rule(
    "tf.cross-zone-balancing",
    P3,
    on="tf.resource",
    when=concerns,
    category="Resilience/DR",
    remedy="set enable_cross_zone_load_balancing = true",
    aliases=("CKV_AWS_138", "CKV_AWS_152"),
    standards=("AWS FSBP ELB.9",),
)
def check(block: Block) -> Iterator[Finding]:
    """Load balancers spread requests over the targets of all zones.

    Otherwise every zone gets its share however few targets it has left: one target of three gets half of the
    requests.

    ```hcl good
    resource "aws_lb" "tcp" {
      load_balancer_type               = "network"
      enable_cross_zone_load_balancing = true
    }
    ```
    ```hcl bad
    resource "aws_lb" "tcp" {              # <--
      load_balancer_type = "network"
    }
    ```
    """
    yield from gaps(block, WANTED, "the targets of a small zone get more than their share")
