from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.availability import is_redundant_elsewhere
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import inside
from pytest_readiness.formats.terraform.settings import is_true


def concerns(block: Block) -> bool:
    """Where nothing is said of backups at all, `tf.backup-automation` asks for them."""
    if block.type != "google_sql_database_instance" or not block.is_production or is_redundant_elsewhere(block):
        return False
    return bool(inside(block, ("settings", "backup_configuration")))


@rule(
    "tf.point-in-time-recovery",
    P2,
    on="tf.resource",
    when=concerns,
    category="Resilience/DR",
    remedy="set point_in_time_recovery_enabled, or binary_log_enabled for MySQL",
    aliases=("CKV2_GCP_20",),
)
def check(block: Block) -> Iterator[Finding]:
    """Databases can be brought back to any moment.

    A daily backup loses a day. With the log of its changes a database of Cloud SQL goes back to the second before
    the mistake.

    ```hcl good
    resource "google_sql_database_instance" "main" {
      settings {
        backup_configuration {
          point_in_time_recovery_enabled = true
        }
      }
    }
    ```
    ```hcl bad
    resource "google_sql_database_instance" "main" {
      settings {
        backup_configuration {             # <--
          enabled = true
        }
      }
    }
    ```
    """
    names = ("point_in_time_recovery_enabled", "binary_log_enabled")
    for backups in inside(block, ("settings", "backup_configuration")):
        written = [name for name in names if backups.get(name) is not None]
        if not any(holds(backups.get(name), is_true) for name in written):
            at = backups.at((*written, names[0])[0])
            yield block.finding("point-in-time recovery is off: a mistake costs up to a day of data", at)
