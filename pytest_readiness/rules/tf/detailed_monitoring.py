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
    "aws_instance": (setting("monitoring"),),
    "aws_launch_template": (setting("monitoring.enabled"),),
    "aws_launch_configuration": (setting("enable_monitoring", absent=True),),
    "terraform-aws-modules/ec2-instance/aws": (setting("monitoring"),),
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.detailed-monitoring",
    P3,
    on=("tf.resource", "tf.module-call"),
    when=concerns,
    category="Monitoring & Observability",
    remedy="set monitoring = true",
    aliases=("CKV_AWS_126",),
)
def check(block: Block) -> Iterator[Finding]:
    """Instances report their metrics every minute.

    Basic monitoring reports every five minutes: alarms and automatic scaling come five minutes late.

    ```hcl good
    resource "aws_instance" "web" {
      monitoring = true
    }
    ```
    ```hcl bad
    resource "aws_instance" "web" {        # <--
      instance_type = "t4g.small"
    }
    ```
    """
    yield from gaps(block, WANTED, "alarms and scaling come minutes late")
