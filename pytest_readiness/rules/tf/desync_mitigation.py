from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import equal
from pytest_readiness.formats.terraform.settings import gaps

_GUARDED = (equal("desync_mitigation_mode", "defensive", "strictest", absent=True),)
WANTED: Settings = {
    "aws_lb": _GUARDED,
    "aws_alb": _GUARDED,
    "aws_elb": _GUARDED,
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.desync-mitigation",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy='set desync_mitigation_mode = "defensive"',
    aliases=("CKV_AWS_328",),
    standards=("AWS FSBP ELB.12",),
)
def check(block: Block) -> Iterator[Finding]:
    """Load balancers refuse requests that can be read in two ways.

    In the mode `monitor` they only count them and pass them on; the default, `defensive`, protects against smuggled
    requests.

    ```hcl good
    resource "aws_lb" "web" {
      desync_mitigation_mode = "strictest"
    }
    ```
    ```hcl bad
    resource "aws_lb" "web" {
      desync_mitigation_mode = "monitor"     # <--
    }
    ```
    """
    yield from gaps(block, WANTED, "requests that can be smuggled are passed on")
