from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block


def concerns(block: Block) -> bool:
    return block.type in ("azurerm_mssql_server", "azurerm_sql_server")


@rule(
    "tf.database-directory-login",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="add an azuread_administrator block",
    aliases=("CKV2_AZURE_27", "CKV2_AZURE_7"),
)
def check(block: Block) -> Iterator[Finding]:
    """SQL servers of Azure know the directory.

    Logins of Entra ID have a second factor and end when somebody leaves; those of SQL Server do neither.

    ```hcl good
    resource "azurerm_mssql_server" "main" {
      azuread_administrator {
        login_username = "dba"
        object_id      = "00000000-0000-0000-0000-000000000000"
      }
    }
    ```
    ```hcl bad
    resource "azurerm_mssql_server" "main" {  # <--
      version = "12.0"
    }
    ```
    """
    if block.section.blocks("azuread_administrator") == () and not block.attached(
        ("azurerm_sql_active_directory_administrator",), by="server_name"
    ):
        yield block.finding("no azuread_administrator: logins have no second factor and never end")
