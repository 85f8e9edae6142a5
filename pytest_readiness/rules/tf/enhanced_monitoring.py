from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import as_number
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting

_WATCHED = (setting("monitoring_interval", "an interval of 1 to 60 seconds", lambda value: as_number(value) > 0),)
WANTED: Settings = {
    "aws_db_instance": _WATCHED,
    "aws_rds_cluster_instance": _WATCHED,
    "terraform-aws-modules/rds/aws": _WATCHED,
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.enhanced-monitoring",
    P3,
    on=("tf.resource", "tf.module-call"),
    when=concerns,
    category="Monitoring & Observability",
    remedy="set monitoring_interval and a monitoring_role_arn",
    effort="1h",
    aliases=("CKV_AWS_118",),
    standards=("AWS FSBP RDS.6",),
)
def check(block: Block) -> Iterator[Finding]:
    """Databases report the metrics of their operating system.

    CloudWatch sees a database once a minute and from outside; what its processes, memory and disks do comes from
    enhanced monitoring, and is asked for when it is slow.

    ```hcl good
    resource "aws_db_instance" "main" {
      monitoring_interval = 60
    }
    ```
    ```hcl bad
    resource "aws_db_instance" "main" {
      monitoring_interval = 0                # <--
    }
    ```
    """
    yield from gaps(block, WANTED, "what its processes and disks do is not recorded")
