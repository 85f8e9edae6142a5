from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.databases import HARDENING
from pytest_readiness.formats.terraform.databases import wrong_flags


def concerns(block: Block) -> bool:
    return block.type == "google_sql_database_instance"


@rule(
    "tf.database-flags",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="remove the flag",
    aliases=("CKV_GCP_50", "CKV_GCP_58", "CKV_GCP_59", "GCP-0026"),
)
def check(block: Block) -> Iterator[Finding]:
    """Databases have no dangerous feature switched on.

    Some flags let a client read files of the server or escape its policies; they are off unless somebody switches
    them on.

    ```hcl good
    resource "google_sql_database_instance" "main" {
      database_version = "MYSQL_8_0"
      settings {
        database_flags {
          name  = "local_infile"
          value = "off"
        }
      }
    }
    ```
    ```hcl bad
    resource "google_sql_database_instance" "main" {
      database_version = "MYSQL_8_0"
      settings {
        database_flags {
          name  = "local_infile"
          value = "on"                       # <--
        }
      }
    }
    ```
    """
    for reason, place in wrong_flags(block, HARDENING):
        yield block.finding(reason, place)
