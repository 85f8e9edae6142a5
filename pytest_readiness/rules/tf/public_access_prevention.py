from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.records import PREVENTION
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in PREVENTION


@rule(
    "tf.public-access-prevention",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy='set public_access_prevention = "enforced"',
    aliases=("CKV_GCP_114",),
)
def check(block: Block) -> Iterator[Finding]:
    """Buckets refuse to become public.

    Public access prevention stops a wrong binding from opening the bucket to the world. For buckets that serve a
    web site: waive this.

    ```hcl good
    resource "google_storage_bucket" "data" {
      public_access_prevention = "enforced"
    }
    ```
    ```hcl bad
    resource "google_storage_bucket" "data" {  # <--
      location = "EU"
    }
    ```
    """
    yield from gaps(block, PREVENTION, "one wrong binding makes it public")
