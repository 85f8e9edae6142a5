from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.services import CORS
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in CORS


@rule(
    "tf.cors",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="name the allowed_origins",
    aliases=("CKV_AZURE_57", "CKV_AZURE_62"),
)
def check(block: Block) -> Iterator[Finding]:
    """Applications do not accept requests of every web page.

    With `*` any page that a user visits can call the application in their name.

    ```hcl good
    resource "azurerm_linux_web_app" "shop" {
      site_config {
        cors {
          allowed_origins = ["https://shop.example.com"]
        }
      }
    }
    ```
    ```hcl bad
    resource "azurerm_linux_web_app" "shop" {
      site_config {
        cors {
          allowed_origins = ["*"]            # <--
        }
      }
    }
    ```
    """
    yield from gaps(block, CORS, "every web page may call it")
