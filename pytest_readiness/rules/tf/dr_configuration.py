from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.terraform.accounts import types_of
from pytest_readiness.formats.terraform.availability import BACKUPS
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.blocks import Repository
from pytest_readiness.formats.terraform.blocks import is_example
from pytest_readiness.formats.terraform.module import Module

# what keeps a copy in, or moves the service to, another region
COPIES = frozenset(
    (
        "aws_db_instance_automated_backups_replication",
        "aws_rds_global_cluster",
        "aws_docdb_global_cluster",
        "aws_dynamodb_global_table",
        "aws_dynamodb_table_replica",
        "aws_elasticache_global_replication_group",
        "aws_s3_bucket_replication_configuration",
        "aws_ecr_replication_configuration",
        "aws_globalaccelerator_accelerator",
        "azurerm_site_recovery_replicated_vm",
        "azurerm_mssql_failover_group",
    )
)
_BLOCKS = {
    "aws_route53_record": "failover_routing_policy",
    "aws_dynamodb_table": "replica",
    "aws_secretsmanager_secret": "replica",
    "aws_s3_bucket": "replication_configuration",
}
_DIRECTORY = re.compile(r"(^|/)(dr|disaster[-_]?recovery|failover)(/|$)", re.IGNORECASE)


def keeps_data(repository: Repository, *, kept_elsewhere: bool = False) -> bool:
    """What is ``kept_elsewhere``, in another repository, is not asked of this one."""
    return not kept_elsewhere and bool(_roots(repository))


def _roots(repository: Repository) -> list[Module]:
    """The directories from which a data store is made, by themselves or by what they call."""
    return [m for m in repository.modules if m.is_root and not is_example(m.directory) and types_of(m) & BACKUPS.keys()]


@rule(
    "tf.dr-configuration",
    P1,
    on="tf.repository",
    when=keeps_data,
    category="Resilience/DR",
    remedy="copy backups to a second region, such as with copy_action in an aws_backup_plan",
    effort="1d",
)
def check(repository: Repository, project: Project) -> Iterator[Finding]:
    """Disaster recovery is configured.

    When a region is lost, what has no copy in another one is lost with it. Copies of backups, replication,
    failover records or a Velero schedule all count. Judged where a root module creates a data store; where
    another repository copies them, set the option `kept_elsewhere`.

    ```hcl good
    terraform {
      backend "s3" {}
    }
    resource "aws_db_instance" "main" {}
    resource "aws_backup_plan" "main" {
      rule {
        copy_action {
          destination_vault_arn = "arn:aws:backup:eu-central-1:123456789012:backup-vault:dr"
        }
      }
    }
    ```
    ```hcl bad
    terraform {                            # <--
      backend "s3" {}
    }
    resource "aws_db_instance" "main" {}
    ```
    """
    if any(module.types & COPIES or _DIRECTORY.search(module.directory) for module in repository.modules):
        return
    if any(block.blocks(name) for type, name in _BLOCKS.items() for block in repository.resources(type)):
        return
    if any(_copies(plan) for plan in repository.resources("aws_backup_plan")):
        return
    if any(path.endswith((".yaml", ".yml")) and "velero.io/" in project.glance(path) for path in project.paths):
        return
    repository.demand_all()
    yield repository.finding("nothing is copied to another region: what is lost with the region is lost", _roots(repository)[0].home)


def _copies(plan: Block) -> bool:
    return any(rule.blocks("copy_action") for rule in plan.blocks("rule"))
