from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.records import THREATS
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in THREATS


@rule(
    "tf.threat-detection",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="switch threat detection on, with all its alerts",
    aliases=("CKV_AZURE_25", "CKV_AZURE_127", "CKV_AZURE_128", "AZU-0028"),
)
def check(block: Block) -> Iterator[Finding]:
    """Databases of Azure raise alerts on attacks.

    SQL injection and logins from unusual places are visible in the database before anybody misses data.

    ```hcl good
    resource "azurerm_mssql_server_security_alert_policy" "main" {
      state = "Enabled"
    }
    ```
    ```hcl bad
    resource "azurerm_mssql_server_security_alert_policy" "main" {
      state           = "Enabled"
      disabled_alerts = ["Sql_Injection"]    # <--
    }
    ```
    """
    yield from gaps(block, THREATS, "attacks on the database go unnoticed")
