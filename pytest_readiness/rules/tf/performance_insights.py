from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting

_INSIGHTS = (setting("performance_insights_enabled"),)
WANTED: Settings = {
    "aws_db_instance": _INSIGHTS,
    "aws_rds_cluster_instance": _INSIGHTS,
    "terraform-aws-modules/rds/aws": _INSIGHTS,
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.performance-insights",
    P3,
    on=("tf.resource", "tf.module-call"),
    when=concerns,
    category="Monitoring & Observability",
    remedy="set performance_insights_enabled = true",
    aliases=("CKV_AWS_353", "AWS-0133"),
)
def check(block: Block) -> Iterator[Finding]:
    """Databases record which statements they spend their time on.

    When a database is slow, the question is which statement. Performance Insights answers it afterwards as well, and
    a week of it costs nothing.

    ```hcl good
    resource "aws_rds_cluster_instance" "main" {
      performance_insights_enabled = true
    }
    ```
    ```hcl bad
    resource "aws_db_instance" "main" {    # <--
      engine = "postgres"
    }
    ```
    """
    yield from gaps(block, WANTED, "nobody can tell afterwards which statement was slow")
