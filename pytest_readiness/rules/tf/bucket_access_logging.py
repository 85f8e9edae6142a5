from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.buckets import parts
from pytest_readiness.formats.terraform.buckets import takes_logs

_LOGS = re.compile(r"(^|[^a-z])(access[-_]?)?logs?([^a-z]|$)", re.IGNORECASE)


def is_read(block: Block) -> bool:
    """The bucket that takes the logs of others logs nothing itself: that would never end."""
    if block.type == "google_storage_bucket":
        name = block.get("name")
        return not _LOGS.search(f"{block.label} {name if isinstance(name, str) else ''}")
    return block.type == "aws_s3_bucket" and not takes_logs(block)


@rule(
    "tf.bucket-access-logging",
    P3,
    on="tf.resource",
    when=is_read,
    category="Monitoring & Observability",
    remedy="add an aws_s3_bucket_logging with a target_bucket",
    aliases=("CKV_AWS_18", "AWS-0089", "AWS-0163", "CKV_GCP_62", "GCP-0077"),
    standards=("AWS FSBP S3.9",),
)
def check(bucket: Block) -> Iterator[Finding]:
    """Buckets log who reads and changes their objects.

    Server access logs tell after a leak which objects were read. Buckets that take the logs of others are not
    asked.

    ```hcl good
    resource "aws_s3_bucket" "data" {}
    resource "aws_s3_bucket" "logs" {}
    resource "aws_s3_bucket_logging" "data" {
      bucket        = aws_s3_bucket.data.id
      target_bucket = aws_s3_bucket.logs.id
    }
    ```
    ```hcl bad
    resource "aws_s3_bucket" "data" {      # <--
      bucket = "data"
    }
    ```
    """
    if bucket.type == "google_storage_bucket":
        if not bucket.blocks("logging"):
            yield bucket.finding("no logging block: nobody can tell who read its objects")
        return
    if not bucket.blocks("logging") and not parts(bucket, "aws_s3_bucket_logging"):
        yield bucket.finding("no aws_s3_bucket_logging: nobody can tell who read its objects")
