from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_true

IRREPLACEABLE = (
    "azurerm_cosmosdb_account",
    "azurerm_mssql_database",
    "azurerm_mysql_flexible_server",
    "azurerm_postgresql_flexible_server",
    "google_kms_crypto_key",
)


def concerns(block: Block) -> bool:
    return block.type in IRREPLACEABLE and block.is_production


@rule(
    "tf.prevent-destroy",
    P3,
    on="tf.resource",
    when=concerns,
    category="Resilience/DR",
    remedy="add lifecycle { prevent_destroy = true }",
    aliases=("CKV_GCP_82",),
)
def check(block: Block) -> Iterator[Finding]:
    """Terraform refuses to destroy keys and databases that nothing else protects.

    A renamed resource or a wrong workspace makes an apply replace what cannot be made again. Asked of what has no
    deletion protection of its own.

    ```hcl good
    resource "google_kms_crypto_key" "main" {
      lifecycle {
        prevent_destroy = true
      }
    }
    ```
    ```hcl bad
    resource "google_kms_crypto_key" "main" {  # <--
      name = "main"
    }
    ```
    """
    if not holds(block.get("lifecycle", "prevent_destroy"), is_true):
        yield block.finding(
            "lifecycle.prevent_destroy is not true: one wrong apply destroys it for good", block.at("lifecycle", "prevent_destroy")
        )
