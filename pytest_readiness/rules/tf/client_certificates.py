from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.identities import CLIENT_CERTIFICATES
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in CLIENT_CERTIFICATES


@rule(
    "tf.client-certificates",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set client_certificate_enabled = true",
    aliases=("CKV_AZURE_17", "CKV_AZURE_152", "AZU-0001"),
)
def check(block: Block) -> Iterator[Finding]:
    """Web applications of Azure ask for client certificates.

    Where only known machines call, a certificate keeps everybody else out before the application is reached. For
    applications that serve the public: waive this.

    ```hcl good
    resource "azurerm_linux_web_app" "shop" {
      client_certificate_enabled = true
    }
    ```
    ```hcl bad
    resource "azurerm_linux_web_app" "shop" {  # <--
      name = "shop"
    }
    ```
    """
    yield from gaps(block, CLIENT_CERTIFICATES, "everybody may call it")
