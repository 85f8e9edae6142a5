from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.services import HTTP2
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in HTTP2


@rule(
    "tf.http2",
    P3,
    on="tf.resource",
    when=concerns,
    category="Performance",
    remedy="set http2_enabled = true in site_config",
    aliases=("CKV_AZURE_18", "CKV_AZURE_67", "AZU-0005"),
)
def check(block: Block) -> Iterator[Finding]:
    """Web applications of Azure speak HTTP/2.

    HTTP/2 sends many requests over one connection; Azure speaks HTTP/1.1 unless it is told to.

    ```hcl good
    resource "azurerm_linux_web_app" "shop" {
      site_config {
        http2_enabled = true
      }
    }
    ```
    ```hcl bad
    resource "azurerm_linux_web_app" "shop" {
      site_config {                          # <--
        always_on = true
      }
    }
    ```
    """
    yield from gaps(block, HTTP2, "every request waits for the one before")
