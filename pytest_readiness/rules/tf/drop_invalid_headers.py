from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting

_DROPPED = (setting("drop_invalid_header_fields"),)
WANTED: Settings = {
    "aws_lb": _DROPPED,
    "aws_alb": _DROPPED,
    "terraform-aws-modules/alb/aws": (setting("drop_invalid_header_fields", absent=True),),
}


def concerns(block: Block) -> bool:
    """Only application load balancers read headers."""
    kind = block.get("load_balancer_type") if block.type in ("aws_lb", "aws_alb") else None
    return block.type in WANTED and (kind is None or bool(kind == "application"))


@rule(
    "tf.drop-invalid-headers",
    P3,
    on=("tf.resource", "tf.module-call"),
    when=concerns,
    category="Security & Compliance",
    remedy="set drop_invalid_header_fields = true",
    aliases=("CKV_AWS_131", "AWS-0052"),
    standards=("AWS FSBP ELB.4",),
)
def check(block: Block) -> Iterator[Finding]:
    """Application load balancers drop invalid headers.

    Headers that the load balancer and the application read differently are how requests are smuggled past it.

    ```hcl good
    resource "aws_lb" "web" {
      drop_invalid_header_fields = true
    }
    ```
    ```hcl bad
    resource "aws_lb" "web" {              # <--
      name = "web"
    }
    ```
    """
    yield from gaps(block, WANTED, "requests can be smuggled past it")
