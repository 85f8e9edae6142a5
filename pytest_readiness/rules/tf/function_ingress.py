from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.services import INGRESS
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in INGRESS


@rule(
    "tf.function-ingress",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy='set ingress_settings = "ALLOW_INTERNAL_AND_GCLB"',
    aliases=("CKV_GCP_124",),
)
def check(block: Block) -> Iterator[Finding]:
    """Cloud Functions are not called from the internet directly.

    By default everybody can reach a function; behind a load balancer it is protected by Cloud Armor and found in
    one log.

    ```hcl good
    resource "google_cloudfunctions2_function" "hook" {
      service_config {
        ingress_settings = "ALLOW_INTERNAL_AND_GCLB"
      }
    }
    ```
    ```hcl bad
    resource "google_cloudfunctions_function" "hook" {  # <--
      runtime = "python312"
    }
    ```
    """
    yield from gaps(block, INGRESS, "the whole internet can call it")
