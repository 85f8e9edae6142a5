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
    "aws_cloudwatch_metric_alarm": (setting("actions_enabled", absent=True),),
    "aws_cloudwatch_composite_alarm": (setting("actions_enabled", absent=True),),
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.alarm-actions",
    P3,
    on="tf.resource",
    when=concerns,
    category="Monitoring & Observability",
    remedy="leave actions_enabled out or set it to true",
    aliases=("CKV_AWS_319",),
)
def check(block: Block) -> Iterator[Finding]:
    """Alarms act.

    An alarm whose actions were switched off, for a maintenance perhaps, turns red without anybody hearing of it.

    ```hcl good
    resource "aws_cloudwatch_metric_alarm" "disk" {
      alarm_actions = [aws_sns_topic.alerts.arn]
    }
    ```
    ```hcl bad
    resource "aws_cloudwatch_metric_alarm" "disk" {
      actions_enabled = false                # <--
    }
    ```
    """
    yield from gaps(block, WANTED, "it turns red and nobody hears of it")
