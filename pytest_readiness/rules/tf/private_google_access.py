from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.records import PRIVATE_GOOGLE
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import one_of


def concerns(block: Block) -> bool:
    purpose = block.get("purpose")
    return block.type in PRIVATE_GOOGLE and (purpose is None or holds(purpose, one_of("PRIVATE", "PRIVATE_RFC_1918")))


@rule(
    "tf.private-google-access",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set private_ip_google_access = true",
    aliases=("CKV_GCP_74", "GCP-0075"),
)
def check(block: Block) -> Iterator[Finding]:
    """Subnetworks reach the services of Google without a public address.

    Without private access, machines need an address in the internet, or a NAT gateway, to call storage or BigQuery.

    ```hcl good
    resource "google_compute_subnetwork" "main" {
      private_ip_google_access = true
    }
    ```
    ```hcl bad
    resource "google_compute_subnetwork" "main" {  # <--
      ip_cidr_range = "10.0.0.0/16"
    }
    ```
    """
    yield from gaps(block, PRIVATE_GOOGLE, "machines need a public address to call the services of Google")
