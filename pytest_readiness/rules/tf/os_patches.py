from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.hosts import PATCHES
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in PATCHES


@rule(
    "tf.os-patches",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set automatic_os_upgrade or automatic_updates_enabled",
    aliases=("CKV_AZURE_95", "CKV_AZURE_177"),
)
def check(block: Block) -> Iterator[Finding]:
    """Virtual machines install their updates by themselves.

    A hole in the operating system that everybody knows is used within days. Machines that are replaced in place of
    patched: waive this.

    ```hcl good
    resource "azurerm_windows_virtual_machine" "main" {
      automatic_updates_enabled = true
    }
    ```
    ```hcl bad
    resource "azurerm_windows_virtual_machine" "main" {
      automatic_updates_enabled = false      # <--
    }
    ```
    """
    yield from gaps(block, PATCHES, "known holes stay open")
