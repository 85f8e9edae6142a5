from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.buckets import takes_logs
from pytest_readiness.formats.terraform.buckets import versioning
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_true

MODULE = "terraform-aws-modules/s3-bucket/aws"


def keeps_objects(block: Block) -> bool:
    """Logs that S3 delivers are never overwritten."""
    return block.type in (MODULE, "google_storage_bucket") or (block.type == "aws_s3_bucket" and not takes_logs(block))


@rule(
    "tf.bucket-versioning",
    P3,
    on=("tf.resource", "tf.module-call"),
    when=keeps_objects,
    category="Resilience/DR",
    remedy="add aws_s3_bucket_versioning with status Enabled",
    aliases=("CKV_AWS_21", "AWS-0090", "CKV_GCP_78", "GCP-0078"),
    standards=("AWS FSBP S3.14",),
)
def check(bucket: Block) -> Iterator[Finding]:
    """Buckets keep old versions of their objects.

    What was overwritten or deleted by mistake, or by ransomware, can be brought back only from an earlier version.

    ```hcl good
    resource "aws_s3_bucket" "data" {}
    resource "aws_s3_bucket_versioning" "data" {
      bucket = aws_s3_bucket.data.id
      versioning_configuration {
        status = "Enabled"
      }
    }
    ```
    ```hcl bad
    resource "google_storage_bucket" "data" {  # <--
      location = "EU"
    }
    ```
    ```hcl bad
    resource "aws_s3_bucket" "data" {      # <--
      bucket = "data"
    }
    ```
    """
    if bucket.type == MODULE:
        settings = bucket.get("versioning")
        on = settings.get("enabled", settings.get("status")) if isinstance(settings, dict) else settings
        enabled, place = holds(on, lambda value: is_true(value) or value == "Enabled"), bucket.at("versioning")
    else:
        enabled, place = versioning(bucket)
    if not enabled:
        yield bucket.finding("not versioned: what is overwritten or deleted cannot be brought back", place)
