from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.availability import ZONES
from pytest_readiness.formats.terraform.availability import few_zones
from pytest_readiness.formats.terraform.availability import is_redundant_elsewhere
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import gaps


def needs_zones(block: Block) -> bool:
    return block.type in ZONES and not is_redundant_elsewhere(block) and block.is_production


@rule(
    "tf.multi-az",
    P1,
    on=("tf.resource", "tf.module-call"),
    when=needs_zones,
    category="Resilience/DR",
    remedy="run it in more than one availability zone, such as multi_az = true",
    effort="2h",
    aliases=(
        "CKV_AWS_157",
        "CKV2_AWS_50",
        "CKV_AZURE_225",
        "CKV_AZURE_229",
        "CKV_AZURE_231",
        "CKV_AZURE_233",
    ),
    standards=("AWS FSBP RDS.5",),
)
def check(block: Block) -> Iterator[Finding]:
    """Production databases, caches and clusters span availability zones.

    A zone fails more often than a region; what runs in one zone only is down with it. Read replicas are not
    asked, and what a directory or tag calls dev, test or staging is not either.

    ```hcl good
    resource "aws_db_instance" "main" {
      multi_az = true
    }
    ```
    ```hcl good
    resource "aws_rds_cluster" "main" {}
    resource "aws_rds_cluster_instance" "main" {
      count              = 2
      cluster_identifier = aws_rds_cluster.main.id
    }
    ```
    ```hcl bad
    resource "aws_db_instance" "main" {    # <--
      engine = "postgres"
    }
    ```
    ```hcl bad
    resource "google_sql_database_instance" "main" {
      settings {
        availability_type = "ZONAL"        # <--
      }
    }
    ```
    """
    yield from gaps(block, ZONES, "it is down with its availability zone")
    yield from few_zones(block)
