from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.hosts import SERIAL_PORT
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in SERIAL_PORT


@rule(
    "tf.no-serial-port",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="remove serial-port-enable from the metadata",
    aliases=("CKV_GCP_35", "GCP-0032"),
)
def check(block: Block) -> Iterator[Finding]:
    """The serial console of virtual machines is off.

    The interactive serial console asks for no network: whoever has a key reaches it from everywhere, past every
    firewall rule.

    ```hcl good
    resource "google_compute_instance" "main" {
      metadata = {
        serial-port-enable = "FALSE"
      }
    }
    ```
    ```hcl bad
    resource "google_compute_instance" "main" {
      metadata = {
        serial-port-enable = "TRUE"          # <--
      }
    }
    ```
    """
    yield from gaps(block, SERIAL_PORT, "the console is reached past every firewall rule")
