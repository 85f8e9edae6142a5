from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.services import ALWAYS_ON
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in ALWAYS_ON


@rule(
    "tf.app-always-on",
    P3,
    on="tf.resource",
    when=concerns,
    category="Performance",
    remedy="set always_on = true in site_config",
    aliases=("CKV_AZURE_214",),
)
def check(block: Block) -> Iterator[Finding]:
    """Web applications of Azure stay loaded.

    Without `always_on` App Service unloads an idle application, and the next user waits for its start.

    ```hcl good
    resource "azurerm_linux_web_app" "shop" {
      site_config {
        always_on = true
      }
    }
    ```
    ```hcl bad
    resource "azurerm_linux_web_app" "shop" {
      site_config {
        always_on = false                    # <--
      }
    }
    ```
    """
    yield from gaps(block, ALWAYS_ON, "the first request after a pause waits for the start")
