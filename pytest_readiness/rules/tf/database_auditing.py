from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.records import AUDITED_BY


def concerns(block: Block) -> bool:
    return block.type in AUDITED_BY


@rule(
    "tf.database-auditing",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="add an extended auditing policy",
    effort="1h",
    aliases=("CKV_AZURE_23", "AZU-0027", "CKV2_AZURE_53"),
)
def check(block: Block) -> Iterator[Finding]:
    """Databases of Azure keep an audit log.

    Who read or changed which data is asked months later, and nothing else answers it.

    ```hcl good
    resource "azurerm_mssql_server" "main" {}
    resource "azurerm_mssql_server_extended_auditing_policy" "main" {
      server_id         = azurerm_mssql_server.main.id
      retention_in_days = 180
    }
    ```
    ```hcl bad
    resource "azurerm_mssql_server" "main" {  # <--
      version = "12.0"
    }
    ```
    """
    policies, by = AUDITED_BY[block.type]
    if block.section.blocks("extended_auditing_policy") == () and not block.attached(policies, by=by):
        yield block.finding(f"no {policies[0]}: nobody can tell who read or changed the data")
