from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.services import WAF_MODE
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in WAF_MODE


@rule(
    "tf.waf-mode",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy='set mode = "Prevention" and enabled = true',
    aliases=("CKV_AZURE_122", "CKV_AZURE_123"),
)
def check(block: Block) -> Iterator[Finding]:
    """Web application firewalls prevent, not only detect.

    In detection mode an attack is written down and let through.

    ```hcl good
    resource "azurerm_web_application_firewall_policy" "main" {
      policy_settings {
        mode = "Prevention"
      }
    }
    ```
    ```hcl bad
    resource "azurerm_web_application_firewall_policy" "main" {
      policy_settings {
        mode = "Detection"                   # <--
      }
    }
    ```
    """
    yield from gaps(block, WAF_MODE, "attacks are written down and let through")
