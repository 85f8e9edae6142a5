from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.exposure import FIREWALLS
from pytest_readiness.formats.terraform.exposure import wide_range


def concerns(block: Block) -> bool:
    return block.type in FIREWALLS


@rule(
    "tf.database-firewall",
    P1,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="name the addresses that need it, or use a private endpoint",
    aliases=("AZU-0029", "CKV_AZURE_11", "CKV2_AZURE_26"),
)
def check(block: Block) -> Iterator[Finding]:
    """Firewalls of databases let in no large part of the internet.

    A database that everybody may connect to is found within hours, and one weak password is enough. `0.0.0.0` alone
    means the services of Azure.

    ```hcl good
    resource "azurerm_postgresql_firewall_rule" "office" {
      start_ip_address = "203.0.113.8"
      end_ip_address   = "203.0.113.15"
    }
    ```
    ```hcl bad
    resource "azurerm_postgresql_firewall_rule" "all" {
      start_ip_address = "0.0.0.0"
      end_ip_address   = "255.255.255.255"   # <--
    }
    ```
    """
    reason = wide_range(block)
    if reason:
        yield block.finding(f"{reason}: all of it may connect to the database", block.at("end_ip_address"))
