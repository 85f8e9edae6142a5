from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.terraform.backends import configured
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.buckets import bucket_named
from pytest_readiness.formats.terraform.buckets import versioning


def bucket_is_here(backend: Block, project: Project) -> bool:
    settings = configured(backend, project)
    return settings.complete and bucket_named(backend.type, settings.get("bucket"), project) is not None


@rule(
    "tf.state-bucket-versioning",
    P0,
    on="tf.backend",
    when=bucket_is_here,
    category="IaC",
    remedy="add aws_s3_bucket_versioning with status Enabled for the state bucket",
    effort="30m",
)
def check(backend: Block, project: Project) -> Iterator[Finding]:
    """The bucket that holds the state keeps old versions.

    A state file that was overwritten or truncated can only be brought back from an earlier version. Judged
    where the repository defines the bucket that the backend names.

    ```hcl good
    terraform {
      backend "s3" {
        bucket = "shop-state"
        key    = "shop.tfstate"
      }
    }
    resource "aws_s3_bucket" "state" {
      bucket = "shop-state"
    }
    resource "aws_s3_bucket_versioning" "state" {
      bucket = aws_s3_bucket.state.id
      versioning_configuration {
        status = "Enabled"
      }
    }
    ```
    ```hcl bad
    terraform {
      backend "s3" {
        bucket = "shop-state"
        key    = "shop.tfstate"
      }
    }
    resource "aws_s3_bucket" "state" {     # <--
      bucket = "shop-state"
    }
    ```
    """
    bucket = bucket_named(backend.type, configured(backend, project).get("bucket"), project)
    if bucket is not None:
        enabled, place = versioning(bucket)
        if not enabled:
            yield backend.finding(f"the state bucket {bucket.name} is not versioned: a broken state cannot be brought back", place)
