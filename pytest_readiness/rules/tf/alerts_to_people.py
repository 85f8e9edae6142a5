from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_set
from pytest_readiness.formats.terraform.settings import is_true


def concerns(block: Block) -> bool:
    return block.type == "azurerm_mssql_server_security_alert_policy"


@rule(
    "tf.alerts-to-people",
    P3,
    on="tf.resource",
    when=concerns,
    category="Monitoring & Observability",
    remedy="set email_addresses, or email_account_admins = true",
    aliases=("AZU-0018", "CKV_AZURE_26"),
)
def check(block: Block) -> Iterator[Finding]:
    """Alerts of databases reach somebody.

    An alert without an address is found with the damage.

    ```hcl good
    resource "azurerm_mssql_server_security_alert_policy" "main" {
      state           = "Enabled"
      email_addresses = ["security@example.com"]
    }
    ```
    ```hcl bad
    resource "azurerm_mssql_server_security_alert_policy" "main" {  # <--
      state = "Enabled"
    }
    ```
    """
    admins = block.get("email_account_admins")
    if not holds(block.get("email_addresses"), is_set) and not (admins is not None and holds(admins, is_true)):
        yield block.finding("neither email_addresses nor email_account_admins: nobody hears of an attack", block.at("email_addresses"))
