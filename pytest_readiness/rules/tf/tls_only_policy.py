from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.buckets import parts
from pytest_readiness.formats.terraform.grants import Grant
from pytest_readiness.formats.terraform.grants import composed_policy_of
from pytest_readiness.formats.terraform.policies import many
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_true

MODULE = "terraform-aws-modules/s3-bucket/aws"


def is_bucket(block: Block) -> bool:
    return block.type in ("aws_s3_bucket", MODULE)


@rule(
    "tf.tls-only-policy",
    P3,
    on=("tf.resource", "tf.module-call"),
    when=is_bucket,
    category="Security & Compliance",
    remedy="deny requests with aws:SecureTransport false in the bucket's policy",
    standards=("AWS FSBP S3.5",),
)
def check(bucket: Block) -> Iterator[Finding]:
    """Buckets refuse requests without TLS.

    S3 answers plain HTTP as well; only a statement that denies what comes with `aws:SecureTransport` false makes
    sure that no client reads or writes in plain text.

    ```hcl good
    resource "aws_s3_bucket" "data" {}
    resource "aws_s3_bucket_policy" "data" {
      bucket = aws_s3_bucket.data.id
      policy = jsonencode({
        Statement = [{
          Effect    = "Deny"
          Principal = "*"
          Action    = "s3:*"
          Resource  = "*"
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        }]
      })
    }
    ```
    ```hcl bad
    resource "aws_s3_bucket" "data" {      # <--
      bucket = "data"
    }
    ```
    """
    if bucket.type == MODULE:
        if not holds(bucket.get("attach_deny_insecure_transport_policy"), is_true):
            yield bucket.finding("no policy denies plain HTTP", bucket.at("attach_deny_insecure_transport_policy"))
        return
    policies = parts(bucket, "aws_s3_bucket_policy") + ([bucket] if bucket.get("policy") is not None else [])
    if not any(_denies_plain(grant) for policy in policies for grant in composed_policy_of(policy, "policy")):
        yield bucket.finding("no policy denies plain HTTP: clients may read and write without TLS")


def _denies_plain(grant: Grant) -> bool:
    if grant.allows or is_unknown(grant.conditions):
        return False
    return any(
        key.lower() == "aws:securetransport" and any(str(value).lower() == "false" for value in many(values))
        for _, key, values in grant.conditions
    )
