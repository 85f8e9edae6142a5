from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.buckets import takes_logs
from pytest_readiness.formats.terraform.buckets import versioning


def concerns(block: Block) -> bool:
    return block.type == "google_storage_bucket" or (block.type == "aws_s3_bucket" and not takes_logs(block))


@rule(
    "tf.bucket-versioning",
    P2,
    on="tf.resource",
    when=concerns,
    category="Resilience/DR",
    remedy="add aws_s3_bucket_versioning with status Enabled, or versioning { enabled = true }",
    aliases=("CKV_AWS_21", "AWS-0090", "CKV_GCP_78", "GCP-0078"),
)
def check(block: Block) -> Iterator[Finding]:
    """Buckets keep old versions of their objects.

    What is overwritten or deleted by mistake, or by ransomware, can be brought back from an earlier version only.
    Buckets that take the logs of others are not asked.

    ```hcl good
    resource "google_storage_bucket" "data" {
      versioning {
        enabled = true
      }
    }
    ```
    ```hcl bad
    resource "google_storage_bucket" "data" {  # <--
      location = "EU"
    }
    ```
    ```hcl bad
    resource "aws_s3_bucket" "data" {}
    resource "aws_s3_bucket_versioning" "data" {
      bucket = aws_s3_bucket.data.id
      versioning_configuration {
        status = "Suspended"                 # <--
      }
    }
    ```
    """
    enabled, place = versioning(block)
    if not enabled:
        yield block.finding("old versions are not kept: what is overwritten or deleted is gone", place)
