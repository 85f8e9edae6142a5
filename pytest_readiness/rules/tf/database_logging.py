from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.databases import LOGGING
from pytest_readiness.formats.terraform.databases import wrong_flags


def concerns(block: Block) -> bool:
    return block.type in ("google_sql_database_instance", "azurerm_postgresql_configuration")


@rule(
    "tf.database-logging",
    P3,
    on="tf.resource",
    when=concerns,
    category="Monitoring & Observability",
    remedy="set the flag to on",
    aliases=(
        "GCP-0016", "GCP-0018", "GCP-0020", "GCP-0022", "GCP-0025", "CKV_AZURE_30", "CKV_AZURE_31", "CKV_AZURE_32",
    ),
)  # fmt: skip
def check(block: Block) -> Iterator[Finding]:
    """Databases write their connections and errors to the log.

    After an intrusion or an outage the log of the database says who connected and what failed. Judged where a flag
    switches that off.

    ```hcl good
    resource "azurerm_postgresql_configuration" "connections" {
      name  = "log_connections"
      value = "on"
    }
    ```
    ```hcl bad
    resource "google_sql_database_instance" "main" {
      database_version = "POSTGRES_16"
      settings {
        database_flags {
          name  = "log_connections"
          value = "off"                      # <--
        }
      }
    }
    ```
    """
    for reason, place in wrong_flags(block, LOGGING):
        yield block.finding(reason, place)
