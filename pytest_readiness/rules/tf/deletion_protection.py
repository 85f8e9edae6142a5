from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.availability import is_redundant_elsewhere
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import equal
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting

_PROTECTED = (setting("deletion_protection"),)
PROTECTED: Settings = {
    "aws_db_instance": _PROTECTED,
    "aws_rds_cluster": _PROTECTED,
    "aws_docdb_cluster": _PROTECTED,
    "aws_neptune_cluster": _PROTECTED,
    "aws_qldb_ledger": (setting("deletion_protection", absent=True),),
    "aws_dynamodb_table": (setting("deletion_protection_enabled"),),
    "aws_lb": (setting("enable_deletion_protection"),),
    "aws_alb": (setting("enable_deletion_protection"),),
    "aws_networkfirewall_firewall": (setting("delete_protection"),),
    "aws_rds_global_cluster": _PROTECTED,
    "aws_cognito_user_pool": (equal("deletion_protection", "ACTIVE"),),
    "terraform-aws-modules/rds/aws": _PROTECTED,
    "terraform-aws-modules/rds-aurora/aws": _PROTECTED,
    "google_sql_database_instance": (setting("deletion_protection", absent=True),),
    "google_container_cluster": (setting("deletion_protection", absent=True),),
    "google_spanner_database": (setting("deletion_protection", absent=True),),
    "google_bigquery_table": (setting("deletion_protection", absent=True),),
    "google_bigtable_instance": (setting("deletion_protection", absent=True),),
}


def is_lasting(block: Block) -> bool:
    if block.type not in PROTECTED or not block.is_production or is_redundant_elsewhere(block):
        return False
    engine = block.get("engine") if block.type == "aws_db_instance" else None
    return not (isinstance(engine, str) and engine.startswith("aurora"))  # its cluster is protected


@rule(
    "tf.deletion-protection",
    P2,
    on=("tf.resource", "tf.module-call"),
    when=is_lasting,
    category="Resilience/DR",
    remedy="set deletion_protection = true",
    aliases=(
        "CKV_AWS_139",
        "CKV_AWS_150",
        "CKV_AWS_172",
        "CKV_AWS_293",
        "CKV_AWS_344",
        "CKV2_AWS_58",
        "CKV_GCP_119",
        "CKV_GCP_121",
        "CKV_GCP_122",
    ),
    standards=("AWS FSBP RDS.8", "AWS FSBP ELB.6"),
)
def check(block: Block) -> Iterator[Finding]:
    """Production databases and load balancers cannot be deleted by accident.

    A renamed resource or a wrong workspace makes `terraform apply` replace a database; deletion protection
    makes the apply fail in place of the service.

    ```hcl good
    resource "aws_db_instance" "main" {
      deletion_protection = true
    }
    ```
    ```hcl bad
    resource "aws_db_instance" "main" {    # <--
      engine = "postgres"
    }
    ```
    ```hcl bad
    resource "google_sql_database_instance" "main" {
      deletion_protection = false          # <--
    }
    ```
    """
    yield from gaps(block, PROTECTED, "one wrong apply deletes it")
