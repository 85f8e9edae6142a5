from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.records import UNIFORM
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in UNIFORM


@rule(
    "tf.uniform-bucket-access",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set uniform_bucket_level_access = true",
    aliases=("CKV_GCP_29", "GCP-0002"),
)
def check(block: Block) -> Iterator[Finding]:
    """Access to buckets is decided in one place.

    With access lists on single objects nobody can tell from the policy of the bucket who reads what.

    ```hcl good
    resource "google_storage_bucket" "data" {
      uniform_bucket_level_access = true
    }
    ```
    ```hcl bad
    resource "google_storage_bucket" "data" {  # <--
      location = "EU"
    }
    ```
    """
    yield from gaps(block, UNIFORM, "every object may have readers of its own")
