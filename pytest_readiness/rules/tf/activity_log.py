from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.records import ACTIVITY
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in ACTIVITY


@rule(
    "tf.activity-log",
    P1,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set categories to Action, Delete and Write",
    aliases=("CKV_AZURE_38", "AZU-0033"),
)
def check(block: Block) -> Iterator[Finding]:
    """The activity log keeps every kind of event.

    Who changed, deleted or started what in the subscription is only in this log.

    ```hcl good
    resource "azurerm_monitor_log_profile" "main" {
      categories = ["Action", "Delete", "Write"]
    }
    ```
    ```hcl bad
    resource "azurerm_monitor_log_profile" "main" {
      categories = ["Action"]                # <--
    }
    ```
    """
    yield from gaps(block, ACTIVITY, "some events are not recorded")
