from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.services import SEVERAL_WORKERS
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in SEVERAL_WORKERS and block.is_production


@rule(
    "tf.several-workers",
    P2,
    on="tf.resource",
    when=concerns,
    category="Resilience/DR",
    remedy="set worker_count to 2 or more",
    aliases=("CKV_AZURE_212",),
)
def check(block: Block) -> Iterator[Finding]:
    """Production plans run on more than one worker.

    One worker is down at every patch of its host.

    ```hcl good
    resource "azurerm_service_plan" "main" {
      worker_count = 2
    }
    ```
    ```hcl bad
    resource "azurerm_service_plan" "main" {  # <--
      os_type = "Linux"
    }
    ```
    """
    yield from gaps(block, SEVERAL_WORKERS, "it is down whenever its host is")
