from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block


def concerns(block: Block) -> bool:
    return block.type == "google_service_account"


@rule(
    "tf.no-service-account-keys",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="use workload identity federation or an attached service account",
    effort="1d",
)
def check(block: Block) -> Iterator[Finding]:
    """Service accounts of Google Cloud have no exported keys.

    A key is valid until somebody deletes it, and the one that Terraform makes is in the state. Workload identity,
    impersonation and attached accounts need none.

    ```hcl good
    resource "google_service_account" "app" {
      account_id = "app"
    }
    ```
    ```hcl bad
    resource "google_service_account" "app" {
      account_id = "app"
    }
    resource "google_service_account_key" "app" {  # <--
      service_account_id = google_service_account.app.name
    }
    ```
    """
    for key in block.attached(("google_service_account_key",), by="service_account_id", named=("account_id",)):
        yield block.finding(f"{key.name} is a key that never expires and is in the state", key.span)
