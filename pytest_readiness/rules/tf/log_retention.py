from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.buckets import takes_trail
from pytest_readiness.formats.terraform.records import RETENTION
from pytest_readiness.formats.terraform.settings import as_number
from pytest_readiness.formats.terraform.settings import at_least
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import inside

_AUDIT = re.compile(r"audit|cloudtrail|flow[-_ ]?log|/aws/eks/|control[-_ ]?plane", re.IGNORECASE)


def is_log_group(block: Block) -> bool:
    """Log groups, what Azure keeps, and the lifecycle of a bucket that a trail is written to."""
    if block.type == "aws_s3_bucket_lifecycle_configuration":
        buckets = [block.module.located(address) for address in block.refers("bucket")]
        return any(bucket is not None and bucket.type == "aws_s3_bucket" and takes_trail(bucket) for bucket in buckets)
    return block.type == "aws_cloudwatch_log_group" or block.type in RETENTION


def is_audit(group: Block) -> bool:
    name = group.get("name")
    shape = getattr(name, "shape", "") if is_unknown(name) and hasattr(type(name), "shape") else "" if is_unknown(name) else str(name or "")
    return bool(_AUDIT.search(f"{group.label} {shape}"))


@rule(
    "tf.log-retention",
    P2,
    on="tf.resource",
    when=is_log_group,
    category="Security & Compliance",
    remedy="set retention_in_days, at least 365 for audit logs",
    aliases=("CKV_AWS_66", "CKV_AZURE_12", "CKV_AZURE_37", "AZU-0025", "AZU-0031", "AZU-0049"),
)
def check(group: Block, *, audit_days: int = 365) -> Iterator[Finding]:
    """Log groups say how long they keep logs, audit logs at least a year.

    Intrusions are found months later, and then the audit log is all there is. Application logs need any
    retention: without one they are kept, and paid for, for ever. Audit groups are those named audit,
    cloudtrail, flow logs, or of the EKS control plane, and the bucket of a trail. Flow logs and database audits of Azure keep 90 days.

    ```hcl good
    resource "aws_cloudwatch_log_group" "audit" {
      retention_in_days = 400
    }
    resource "aws_cloudwatch_log_group" "web" {
      retention_in_days = 14
    }
    ```
    ```hcl bad
    resource "aws_cloudwatch_log_group" "audit" {
      retention_in_days = 30               # <--
    }
    ```
    ```hcl bad
    resource "aws_cloudtrail" "main" {
      s3_bucket_name = aws_s3_bucket.trail.id
    }
    resource "aws_s3_bucket" "trail" {}
    resource "aws_s3_bucket_lifecycle_configuration" "trail" {
      bucket = aws_s3_bucket.trail.id
      rule {
        expiration {
          days = 90                        # <--
        }
      }
    }
    ```
    ```hcl bad
    resource "aws_cloudwatch_log_group" "web" {  # <--
      name = "web"
    }
    ```
    """
    if group.type in RETENTION:
        yield from gaps(group, RETENTION, "an intrusion is found months later")
        return
    if group.type == "aws_s3_bucket_lifecycle_configuration":
        for expiration in inside(group, ("rule", "expiration")):
            days = expiration.get("days")
            if days is not None and not holds(days, at_least(audit_days)):
                yield group.finding(f"the trail is kept for less than {audit_days} days", expiration.at("days"))
        return
    days = group.get("retention_in_days")
    if not is_audit(group):
        if days is None:
            yield group.finding("retention_in_days is not set: the logs are kept, and paid for, for ever")
        return

    def long_enough(value: Any) -> bool:
        number = as_number(value)
        return number == 0 or number >= audit_days

    if not holds(days, long_enough, absent=True):
        yield group.finding(f"audit logs are kept for less than {audit_days} days", group.at("retention_in_days"))
    elif days is None:
        yield group.advice("retention_in_days is not set: audit logs are kept, and paid for, for ever")
