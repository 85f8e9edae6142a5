from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.services import FUNCTIONS
from pytest_readiness.formats.terraform.services import WEB
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_true


def concerns(block: Block) -> bool:
    return block.type in WEB or block.type in FUNCTIONS


@rule(
    "tf.app-authentication",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="add auth_settings_v2 with auth_enabled = true",
    effort="1d",
    aliases=("CKV_AZURE_13", "CKV_AZURE_56", "AZU-0003"),
)
def check(block: Block) -> Iterator[Finding]:
    """Web applications of Azure ask who calls before they are reached.

    App Service can ask for a login before the application sees a request, which keeps its holes from strangers. For
    applications that log their users in themselves: waive this.

    ```hcl good
    resource "azurerm_linux_web_app" "shop" {
      auth_settings_v2 {
        auth_enabled = true
      }
    }
    ```
    ```hcl bad
    resource "azurerm_linux_web_app" "shop" {  # <--
      name = "shop"
    }
    ```
    """
    old, new = block.get("auth_settings", "enabled"), block.get("auth_settings_v2", "auth_enabled")
    if not any(value is not None and holds(value, is_true) for value in (old, new)):
        yield block.finding(
            "neither auth_settings nor auth_settings_v2 is on: nobody is asked to log in before the application",
            block.at("auth_settings" if old is not None else "auth_settings_v2"),
        )
