from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.availability import is_redundant_elsewhere
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_true


def concerns(block: Block) -> bool:
    return block.type == "google_sql_database_instance" and block.is_production and not is_redundant_elsewhere(block)


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
    resource "google_sql_database_instance" "main" {  # <--
      database_version = "POSTGRES_16"
    }
    ```
    """
    names = ("point_in_time_recovery_enabled", "binary_log_enabled")
    written = [name for name in names if block.get("settings", "backup_configuration", name) is not None]
    if not any(holds(block.get("settings", "backup_configuration", name), is_true) for name in written):
        at = block.at("settings", "backup_configuration", (*written, names[0])[0])
        yield block.finding("point-in-time recovery is off: a mistake costs up to a day of data", at)
