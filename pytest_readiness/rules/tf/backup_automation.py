from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.availability import BACKUPS
from pytest_readiness.formats.terraform.availability import is_redundant_elsewhere
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import is_true


def holds_data(block: Block) -> bool:
    """Replicas are not asked, nor the table that locks Terraform's state, nor caches that are not Redis."""
    if block.type not in BACKUPS or is_redundant_elsewhere(block):
        return False
    if block.type == "aws_dynamodb_table":
        key = block.get("hash_key")
        return key is None or bool(key != "LockID")
    if block.type == "aws_elasticache_cluster":
        engine, node = block.get("engine"), block.get("node_type")
        old = isinstance(node, str) and node.startswith("cache.t1.")  # cannot be backed up
        return not old and engine is not None and bool(engine != "memcached") and block.get("replication_group_id") is None
    return True


@rule(
    "tf.backup-automation",
    P1,
    on=("tf.resource", "tf.module-call"),
    when=holds_data,
    category="Resilience/DR",
    remedy="set backup_retention_period to 7 or more, or select the resource in an aws_backup_plan",
    effort="1h",
    aliases=(
        "CKV_AWS_28",
        "CKV_AWS_134",
        "CKV_AWS_343",
        "CKV_AWS_360",
        "CKV_AWS_361",
        "CKV2_AWS_18",
        "AWS-0024",
        "AWS-0050",
        "GCP-0024",
        "CKV_GCP_14",
    ),
    standards=("AWS FSBP RDS.11", "AWS FSBP DynamoDB.2"),
)
def check(block: Block) -> Iterator[Finding]:
    """Data stores are backed up automatically.

    What nobody backs up is gone after one wrong statement. A week of backups bridges the time until somebody
    notices. A backup plan that selects the resource does as well.

    ```hcl good
    resource "aws_db_instance" "main" {
      backup_retention_period = 14
    }
    ```
    ```hcl good
    resource "aws_efs_file_system" "files" {}
    resource "aws_efs_backup_policy" "files" {
      file_system_id = aws_efs_file_system.files.id
      backup_policy {
        status = "ENABLED"
      }
    }
    ```
    ```hcl bad
    resource "aws_db_instance" "main" {
      backup_retention_period = 1          # <--
    }
    ```
    ```hcl bad
    resource "aws_dynamodb_table" "orders" {  # <--
      hash_key = "id"
    }
    ```
    """
    if block.attached(("aws_backup_selection",), by="resources"):
        return
    if block.type == "aws_efs_file_system":
        policies = block.attached(("aws_efs_backup_policy",), by="file_system_id")
        if not any(policy.get("backup_policy", "status") == "ENABLED" for policy in policies):
            yield block.finding("neither an aws_efs_backup_policy nor an aws_backup_selection backs it up")
        return
    yield from gaps(block, BACKUPS, "what it stores is gone after one wrong statement")
    skipped = block.get("skip_final_snapshot")
    if skipped is not None and is_true(skipped):
        yield block.advice("skip_final_snapshot is true: deleting it deletes its data", block.at("skip_final_snapshot"))
