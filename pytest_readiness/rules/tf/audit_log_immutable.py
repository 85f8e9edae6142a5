from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.buckets import parts
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_true


def _bucket(trail: Block) -> Block | None:
    """The bucket of a trail, where the same module defines it."""
    name = trail.get("s3_bucket_name")
    for bucket in trail.module.resources("aws_s3_bucket"):
        own = bucket.get("bucket")
        if bucket.full_address in trail.refers("s3_bucket_name") or (isinstance(name, str) and isinstance(own, str) and own == name):
            return bucket
    return None


def has_bucket(block: Block) -> bool:
    return block.type == "aws_cloudtrail" and _bucket(block) is not None


@rule(
    "tf.audit-log-immutable",
    P1,
    on="tf.resource",
    when=has_bucket,
    category="Security & Compliance",
    remedy="enable S3 Object Lock on the bucket of the trail",
    effort="2h",
)
def check(trail: Block) -> Iterator[Finding]:
    """Audit logs cannot be changed or deleted.

    Whoever breaks in deletes the traces first. Object Lock keeps the log files for their retention whatever
    permissions somebody has gained. Judged where the module defines the bucket of its trail.

    ```hcl good
    resource "aws_cloudtrail" "main" {
      s3_bucket_name = aws_s3_bucket.audit.id
    }
    resource "aws_s3_bucket" "audit" {
      object_lock_enabled = true
    }
    ```
    ```hcl bad
    resource "aws_cloudtrail" "main" {
      s3_bucket_name = aws_s3_bucket.audit.id
    }
    resource "aws_s3_bucket" "audit" {     # <--
      bucket = "audit"
    }
    ```
    """
    bucket = _bucket(trail)
    if bucket is None or parts(bucket, "aws_s3_bucket_object_lock_configuration"):
        return
    locked = holds(bucket.get("object_lock_enabled"), is_true) or bucket.section.blocks("object_lock_configuration") != ()
    versions = [part.get("versioning_configuration", "mfa_delete") for part in parts(bucket, "aws_s3_bucket_versioning")]
    if not locked and "Enabled" not in [value for value in versions if isinstance(value, str)]:
        yield trail.finding(f"{bucket.name} holds the trail without Object Lock: its files can be deleted", bucket.span)
