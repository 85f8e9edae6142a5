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
    "aws_config_configuration_aggregator": (
        setting("all_regions", within="account_aggregation_source"),
        setting("all_regions", within="organization_aggregation_source"),
    ),
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.config-all-regions",
    P3,
    on="tf.resource",
    when=concerns,
    category="Governance",
    remedy="set all_regions = true",
    aliases=("CKV_AWS_121", "AWS-0019"),
)
def check(block: Block) -> Iterator[Finding]:
    """AWS Config aggregates every region.

    What is made in a region that nobody uses is what nobody looks at.

    ```hcl good
    resource "aws_config_configuration_aggregator" "all" {
      account_aggregation_source {
        account_ids = ["123456789012"]
        all_regions = true
      }
    }
    ```
    ```hcl bad
    resource "aws_config_configuration_aggregator" "all" {
      account_aggregation_source {           # <--
        account_ids = ["123456789012"]
        regions     = ["eu-west-1"]
      }
    }
    ```
    """
    yield from gaps(block, WANTED, "resources of other regions are not seen")
