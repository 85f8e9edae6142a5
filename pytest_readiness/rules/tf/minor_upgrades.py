from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting

_UPGRADED = (setting("auto_minor_version_upgrade", absent=True),)
WANTED: Settings = {
    "aws_db_instance": _UPGRADED,
    "aws_rds_cluster_instance": _UPGRADED,
    "aws_docdb_cluster_instance": _UPGRADED,
    "aws_neptune_cluster_instance": _UPGRADED,
    "aws_elasticache_cluster": _UPGRADED,
    "aws_elasticache_replication_group": _UPGRADED,
    "aws_memorydb_cluster": _UPGRADED,
    "aws_mq_broker": (setting("auto_minor_version_upgrade"),),
    "aws_dms_replication_instance": (setting("auto_minor_version_upgrade"),),
    "aws_redshift_cluster": (setting("allow_version_upgrade", absent=True),),
    "terraform-aws-modules/rds/aws": _UPGRADED,
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.minor-upgrades",
    P3,
    on=("tf.resource", "tf.module-call"),
    when=concerns,
    category="Security & Compliance",
    remedy="set auto_minor_version_upgrade = true",
    aliases=("CKV_AWS_141", "CKV_AWS_207", "CKV_AWS_222", "CKV_AWS_322"),
    standards=("AWS FSBP RDS.13",),
)
def check(block: Block) -> Iterator[Finding]:
    """Databases and brokers take minor versions by themselves.

    Minor versions close holes that are public by then, in the maintenance window; switched off, somebody has to
    remember. Most services upgrade unless told not to, brokers and replication instances have to be told.

    ```hcl good
    resource "aws_mq_broker" "main" {
      auto_minor_version_upgrade = true
    }
    ```
    ```hcl bad
    resource "aws_db_instance" "main" {
      auto_minor_version_upgrade = false     # <--
    }
    ```
    ```hcl bad
    resource "aws_mq_broker" "main" {      # <--
      engine_type = "RabbitMQ"
    }
    ```
    """
    yield from gaps(block, WANTED, "holes that are known stay open")
