from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.hosts import KEYS_ONLY
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in KEYS_ONLY


@rule(
    "tf.ssh-keys-only",
    P1,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set disable_password_authentication = true",
    aliases=("CKV_AZURE_1", "CKV_AZURE_49", "CKV_AZURE_149", "AZU-0039"),
)
def check(block: Block) -> Iterator[Finding]:
    """Virtual machines accept keys, not passwords.

    Passwords over SSH are guessed all day, and the one in the configuration is in the state as well. Azure asks for
    keys unless it is told not to.

    ```hcl good
    resource "azurerm_linux_virtual_machine" "main" {
      admin_ssh_key {
        username   = "admin"
        public_key = file("admin.pub")
      }
    }
    ```
    ```hcl bad
    resource "azurerm_linux_virtual_machine" "main" {
      disable_password_authentication = false  # <--
    }
    ```
    """
    yield from gaps(block, KEYS_ONLY, "passwords can be guessed")
