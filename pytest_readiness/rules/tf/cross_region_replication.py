from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.regions import replicated_by

TAGS = ("criticality", "critical", "tier", "businesscriticality", "dataclassification")
VALUES = ("critical", "high", "true", "yes", "tier1", "tier-1", "1", "mission-critical", "business-critical")
JUDGED = frozenset(
    ("aws_s3_bucket", "aws_ecr_repository", "aws_db_instance", "aws_rds_cluster", "aws_dynamodb_table", "aws_secretsmanager_secret")
)


def is_critical(block: Block) -> bool:
    """Only what its tags call critical."""
    tags = block.get("tags") if block.type in JUDGED else None
    return isinstance(tags, dict) and any(
        str(key).lower().replace("_", "").replace("-", "") in TAGS and not is_unknown(value) and str(value).lower() in VALUES
        for key, value in tags.items()
    )


@rule(
    "tf.cross-region-replication",
    P2,
    on="tf.resource",
    when=is_critical,
    category="Resilience/DR",
    remedy="replicate it to a second region",
    effort="1d",
)
def check(block: Block) -> Iterator[Finding]:
    """Critical data is replicated across regions.

    When a region fails, what is not in another one is out of reach for as long as that lasts. Judged for buckets,
    image repositories, databases, tables and secrets whose tags say so, such as `Criticality = "high"`.

    ```hcl good
    resource "aws_dynamodb_table" "orders" {
      tags = { Criticality = "critical" }
      replica {
        region_name = "eu-central-1"
      }
    }
    ```
    ```hcl bad
    resource "aws_s3_bucket" "invoices" {  # <--
      tags = { Criticality = "critical" }
    }
    ```
    """
    if replicated_by(block) is None:
        yield block.finding("critical, but in one region only: out of reach for as long as the region is")
