from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.buckets import parts
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting

FLAGS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
BLOCKED: Settings = {
    "aws_s3_bucket_public_access_block": tuple(setting(flag) for flag in FLAGS),
    "terraform-aws-modules/s3-bucket/aws": tuple(setting(flag, absent=True) for flag in FLAGS),
    "aws_s3_access_point": tuple(setting(f"public_access_block_configuration.{flag}", f"{flag} = true", absent=True) for flag in FLAGS),
    "google_storage_bucket": (
        setting("public_access_prevention", 'public_access_prevention = "enforced"', lambda value: bool(value == "enforced")),
    ),
    "azurerm_storage_account": (
        setting(
            "allow_nested_items_to_be_public|allow_blob_public_access",
            "allow_nested_items_to_be_public = false",
            lambda v: v in (False, "false"),
        ),
    ),
}


def is_bucket(block: Block) -> bool:
    """A block whose bucket stands in the same module is judged with the bucket."""
    if block.type == "aws_s3_bucket_public_access_block":
        return not any((found := block.module.located(address)) and found.type == "aws_s3_bucket" for address in block.refers("bucket"))
    return block.type == "aws_s3_bucket" or block.type in BLOCKED


@rule(
    "tf.s3-public-access-block",
    P1,
    on=("tf.resource", "tf.module-call"),
    when=is_bucket,
    category="Security & Compliance",
    remedy="add an aws_s3_bucket_public_access_block with all four flags true",
    aliases=("CKV_AWS_392", "CKV2_AWS_6", "CKV_AZURE_190", "CKV2_AZURE_47", "CKV_GCP_114"),
    standards=("AWS FSBP S3.8",),
)
def check(block: Block) -> Iterator[Finding]:
    """Buckets cannot be made public by accident.

    One ACL or policy is enough to publish a bucket; the public access block holds whatever they say.

    ```hcl good
    resource "aws_s3_bucket" "data" {}
    resource "aws_s3_bucket_public_access_block" "data" {
      bucket                  = aws_s3_bucket.data.id
      block_public_acls       = true
      block_public_policy     = true
      ignore_public_acls      = true
      restrict_public_buckets = true
    }
    ```
    ```hcl bad
    resource "aws_s3_bucket" "data" {      # <--
      bucket = "data"
    }
    ```
    ```hcl bad
    resource "aws_s3_bucket_public_access_block" "data" {
      bucket                  = "data"
      block_public_acls       = true
      block_public_policy     = true
      ignore_public_acls      = true
      restrict_public_buckets = false      # <--
    }
    ```
    """
    if block.type == "aws_s3_bucket":
        blocks = parts(block, "aws_s3_bucket_public_access_block")
        for part in blocks:
            yield from gaps(part, BLOCKED, "an ACL or policy can publish it")
        if not blocks:
            yield block.finding("no aws_s3_bucket_public_access_block: one ACL or policy can publish the bucket")
    else:
        yield from gaps(block, BLOCKED, "an ACL or policy can publish it")
