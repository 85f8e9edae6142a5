from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.keys import EXPIRES
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in EXPIRES


@rule(
    "tf.key-expiration",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set expiration_date",
    aliases=("CKV_AZURE_40", "CKV_AZURE_41", "AZU-0014", "AZU-0017"),
)
def check(block: Block) -> Iterator[Finding]:
    """Keys and secrets in Key Vault expire.

    What never expires is never renewed: a secret that leaked years ago still opens the door. An expiration date
    makes somebody renew it, and Key Vault tells them in time.

    ```hcl good
    resource "azurerm_key_vault_secret" "db" {
      expiration_date = "2027-01-01T00:00:00Z"
    }
    ```
    ```hcl bad
    resource "azurerm_key_vault_secret" "db" {  # <--
      name = "db"
    }
    ```
    """
    yield from gaps(block, EXPIRES, "it is valid for ever")
