from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.records import CONTACT
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in CONTACT


@rule(
    "tf.security-contact",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set email, phone, alert_notifications and alerts_to_admins",
    aliases=(
        "CKV_AZURE_20", "CKV_AZURE_21", "CKV_AZURE_22", "CKV_AZURE_131", "AZU-0044", "AZU-0046", "AZU-0062", "AZU-0063", "AZU-0064",
    ),
)  # fmt: skip
def check(block: Block) -> Iterator[Finding]:
    """Security alerts reach somebody.

    An alert that is sent to nobody is found with the damage.

    ```hcl good
    resource "azurerm_security_center_contact" "main" {
      email               = "security@example.com"
      phone               = "+1-555-555-5555"
      alert_notifications = true
      alerts_to_admins    = true
    }
    ```
    ```hcl bad
    resource "azurerm_security_center_contact" "main" {
      email               = "security@example.com"
      phone               = "+1-555-555-5555"
      alert_notifications = false            # <--
      alerts_to_admins    = true
    }
    ```
    """
    yield from gaps(block, CONTACT, "nobody hears of an attack")
