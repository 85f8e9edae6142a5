from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.services import DEBUGGING
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in DEBUGGING


@rule(
    "tf.no-remote-debugging",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set remote_debugging_enabled = false",
    aliases=("CKV_AZURE_72", "CKV_AZURE_155"),
)
def check(block: Block) -> Iterator[Finding]:
    """Remote debugging of applications is off.

    A debugger opens further ports and lets whoever gets in read and change everything in memory.

    ```hcl good
    resource "azurerm_linux_web_app" "shop" {
      site_config {
        remote_debugging_enabled = false
      }
    }
    ```
    ```hcl bad
    resource "azurerm_linux_web_app" "shop" {
      site_config {
        remote_debugging_enabled = true      # <--
      }
    }
    ```
    """
    yield from gaps(block, DEBUGGING, "a debugger can be attached from outside")
