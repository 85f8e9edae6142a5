from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.services import FTP
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in FTP


@rule(
    "tf.no-plain-ftp",
    P1,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy='set ftps_state = "FtpsOnly" or "Disabled"',
    aliases=("CKV_AZURE_78", "AZU-0071"),
)
def check(block: Block) -> Iterator[Finding]:
    """Applications of Azure are not deployed over plain FTP.

    FTP sends the deployment password in plain text. The older resources allow it unless they are told not to.

    ```hcl good
    resource "azurerm_app_service" "shop" {
      site_config {
        ftps_state = "Disabled"
      }
    }
    ```
    ```hcl bad
    resource "azurerm_app_service" "shop" {
      site_config {
        ftps_state = "AllAllowed"            # <--
      }
    }
    ```
    """
    yield from gaps(block, FTP, "the deployment password travels in plain text")
