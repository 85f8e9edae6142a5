from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.buckets import parts


def is_bucket(block: Block) -> bool:
    return block.type == "aws_s3_bucket"


@rule(
    "tf.bucket-lifecycle",
    P3,
    on="tf.resource",
    when=is_bucket,
    category="Cost",
    remedy="add an aws_s3_bucket_lifecycle_configuration",
    effort="1h",
    aliases=("CKV2_AWS_61",),
    standards=("AWS FSBP S3.13",),
)
def check(bucket: Block) -> Iterator[Finding]:
    """Buckets say how long their objects stay.

    Without lifecycle rules old versions, logs and the parts of uploads that were given up are kept, and paid for,
    for ever.

    ```hcl good
    resource "aws_s3_bucket" "data" {}
    resource "aws_s3_bucket_lifecycle_configuration" "data" {
      bucket = aws_s3_bucket.data.id
      rule {
        id     = "uploads"
        status = "Enabled"
        abort_incomplete_multipart_upload {
          days_after_initiation = 7
        }
      }
    }
    ```
    ```hcl bad
    resource "aws_s3_bucket" "data" {      # <--
      bucket = "data"
    }
    ```
    """
    if not bucket.blocks("lifecycle_rule") and not parts(bucket, "aws_s3_bucket_lifecycle_configuration"):
        yield bucket.finding("no lifecycle rules: whatever was ever stored is paid for")
