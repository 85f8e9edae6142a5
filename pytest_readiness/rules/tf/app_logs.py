from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.services import APP_LOGS
from pytest_readiness.formats.terraform.services import WEB
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in APP_LOGS or block.type in WEB


@rule(
    "tf.app-logs",
    P2,
    on="tf.resource",
    when=concerns,
    category="Monitoring & Observability",
    remedy="add logs with http_logs",
    aliases=("CKV_AZURE_63", "CKV_AZURE_159"),
)
def check(block: Block) -> Iterator[Finding]:
    """Web applications of Azure write access logs.

    Who called what, when and with which answer is nowhere else to be found.

    ```hcl good
    resource "azurerm_linux_web_app" "shop" {
      logs {
        http_logs {
          file_system {
            retention_in_days = 30
            retention_in_mb   = 100
          }
        }
      }
    }
    ```
    ```hcl bad
    resource "azurerm_linux_web_app" "shop" {  # <--
      name = "shop"
    }
    ```
    """
    yield from gaps(block, APP_LOGS, "nobody can tell who called it")
    if block.type in WEB and not any(logs.blocks("http_logs") for logs in block.blocks("logs")):
        yield block.finding("no http_logs: nobody can tell who called it", block.at("logs"))
