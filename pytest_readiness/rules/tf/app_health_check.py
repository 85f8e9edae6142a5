from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.services import HEALTH
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in HEALTH


@rule(
    "tf.app-health-check",
    P2,
    on="tf.resource",
    when=concerns,
    category="Resilience/DR",
    remedy="set health_check_path in site_config",
    aliases=("CKV_AZURE_213",),
)
def check(block: Block) -> Iterator[Finding]:
    """Web applications of Azure have a health check.

    App Service sends requests to broken instances until a health check tells it which ones they are.

    ```hcl good
    resource "azurerm_linux_web_app" "shop" {
      site_config {
        health_check_path = "/health"
      }
    }
    ```
    ```hcl bad
    resource "azurerm_linux_web_app" "shop" {
      site_config {                          # <--
        http2_enabled = true
      }
    }
    ```
    """
    yield from gaps(block, HEALTH, "broken instances keep getting requests")
