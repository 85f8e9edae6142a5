from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_true


def concerns(block: Block) -> bool:
    kind = block.get("account_kind") if block.type == "azurerm_storage_account" else "BlobStorage"
    return kind is None or bool(kind not in ("BlobStorage", "BlockBlobStorage", "FileStorage"))


@rule(
    "tf.storage-queue-logging",
    P3,
    on="tf.resource",
    when=concerns,
    category="Monitoring & Observability",
    remedy="add queue_properties { logging { ... } }, or an azurerm_monitor_diagnostic_setting",
    aliases=("CKV_AZURE_33", "AZU-0009", "AZU-0057"),
)
def check(block: Block) -> Iterator[Finding]:
    """Storage accounts with queues log who uses them.

    Storage Analytics tells who read, wrote and deleted messages. A diagnostic setting on the account counts as
    well.

    ```hcl good
    resource "azurerm_storage_account" "main" {
      queue_properties {
        logging {
          delete  = true
          read    = true
          write   = true
          version = "1.0"
        }
      }
    }
    ```
    ```hcl bad
    resource "azurerm_storage_account" "main" {  # <--
      name = "main"
    }
    ```
    """
    if block.attached(("azurerm_monitor_diagnostic_setting",), by="target_resource_id"):
        return
    if not all(holds(block.get("queue_properties", "logging", name), is_true) for name in ("read", "write", "delete")):
        yield block.finding(
            "queue_properties logs not all of read, write and delete: nobody can tell who took a message", block.at("queue_properties")
        )
