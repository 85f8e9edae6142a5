from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Unresolved
from pytest_readiness import rule
from pytest_readiness.formats.terraform.availability import GEO_BACKUPS
from pytest_readiness.formats.terraform.availability import is_redundant_elsewhere
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.blocks import is_example
from pytest_readiness.formats.terraform.regions import DATABASES
from pytest_readiness.formats.terraform.regions import is_copied
from pytest_readiness.formats.terraform.settings import gaps


def is_database(block: Block, *, kept_elsewhere: bool = False) -> bool:
    """Production databases; what is ``kept_elsewhere``, such as in backup policies of the organization, is not asked."""
    if kept_elsewhere or block.type not in {*DATABASES, *GEO_BACKUPS} or is_example(block.module.root.directory):
        return False
    return block.is_production and not is_redundant_elsewhere(block)


@rule(
    "tf.cross-region-backup",
    P2,
    on="tf.resource",
    when=is_database,
    category="Resilience/DR",
    remedy="add a copy_action to the backup plan, or aws_db_instance_automated_backups_replication",
    effort="1d",
    aliases=("CKV_AZURE_94", "CKV_AZURE_102", "CKV_AZURE_129", "CKV_AZURE_136"),
)
def check(block: Block) -> Iterator[Finding]:
    """Backups of production databases are copied to a second region.

    Backups in the region of the database are lost with it. A copy action of a backup plan, replicated automated
    backups or a global cluster keep a copy elsewhere. Where another repository copies them, set the option
    `kept_elsewhere`.

    ```hcl good
    resource "aws_db_instance" "main" {}
    resource "aws_db_instance_automated_backups_replication" "main" {
      source_db_instance_arn = aws_db_instance.main.arn
    }
    ```
    ```hcl good
    resource "aws_rds_cluster" "main" {}
    resource "aws_backup_plan" "main" {
      rule {
        copy_action {
          destination_vault_arn = "arn:aws:backup:eu-central-1:123456789012:backup-vault:dr"
        }
      }
    }
    resource "aws_backup_selection" "main" {
      plan_id   = aws_backup_plan.main.id
      resources = [aws_rds_cluster.main.arn]
    }
    ```
    ```hcl bad
    resource "aws_db_instance" "main" {    # <--
      backup_retention_period = 14
    }
    ```
    """
    if block.type in GEO_BACKUPS:
        yield from gaps(block, GEO_BACKUPS, "its backups are lost with its region")
        return
    if is_copied(block):
        return
    if block.module.detached:
        raise Unresolved("the caller of the module may copy its backups")
    block.module.demand_all()
    yield block.finding("nothing copies its backups to another region: they are lost with its own")
