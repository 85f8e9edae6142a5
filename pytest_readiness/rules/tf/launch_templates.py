from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import is_set
from pytest_readiness.formats.terraform.settings import setting

WANTED: Settings = {
    "aws_autoscaling_group": (setting("launch_configuration", "a launch_template block", lambda value: not is_set(value), absent=True),),
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.launch-templates",
    P3,
    on="tf.resource",
    when=concerns,
    category="Deployment automation",
    remedy="use a launch_template in place of launch_configuration",
    effort="2h",
    aliases=("CKV_AWS_315",),
    standards=("AWS FSBP AutoScaling.9",),
)
def check(block: Block) -> Iterator[Finding]:
    """Auto Scaling groups use launch templates.

    AWS adds no new instance types to launch configurations and new accounts cannot create them; they know no
    versions either.

    ```hcl good
    resource "aws_autoscaling_group" "web" {
      launch_template {
        id = aws_launch_template.web.id
      }
    }
    ```
    ```hcl bad
    resource "aws_autoscaling_group" "web" {
      launch_configuration = "web-1"         # <--
    }
    ```
    """
    yield from gaps(block, WANTED, "launch configurations get no new instance types")
