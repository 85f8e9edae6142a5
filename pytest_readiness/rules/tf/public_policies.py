from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.grants import grants
from pytest_readiness.formats.terraform.grants import has_policy


@rule(
    "tf.public-policies",
    P1,
    on=("tf.resource", "tf.data"),
    when=has_policy,
    category="Security & Compliance",
    remedy="name the accounts and roles as principals, or narrow the statement with a condition",
    effort="1h",
    aliases=(
        "CKV_AWS_32",
        "CKV_AWS_33",
        "CKV_AWS_60",
        "CKV_AWS_70",
        "CKV_AWS_167",
        "CKV_AWS_168",
        "CKV_AWS_169",
        "CKV_AWS_283",
        "AWS-0032",
    ),
    standards=("AWS FSBP S3.2", "AWS FSBP SQS.3"),
)
def check(block: Block) -> Iterator[Finding]:
    """No policy lets everybody in.

    A statement that allows something to the principal `*` publishes the bucket, queue, key or role to every AWS
    account. A condition, such as on `aws:PrincipalOrgID` or `aws:SourceArn`, narrows it; Deny statements and the
    policies of VPC endpoints are fine.

    ```hcl good
    data "aws_iam_policy_document" "queue" {
      statement {
        actions = ["sqs:SendMessage"]
        principals {
          type        = "AWS"
          identifiers = ["*"]
        }
        condition {
          test     = "StringEquals"
          variable = "aws:PrincipalOrgID"
          values   = ["o-1234567890"]
        }
      }
    }
    ```
    ```hcl bad
    resource "aws_s3_bucket_policy" "data" {
      bucket = "data"
      policy = jsonencode({
        Statement = [{
          Effect    = "Allow"
          Principal = "*"                  # <--
          Action    = "s3:GetObject"
          Resource  = "arn:aws:s3:::data/*"
        }]
      })
    }
    ```
    ```hcl bad
    resource "aws_iam_role" "app" {
      assume_role_policy = <<EOF
    {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
    EOF
    }
    ```
    """
    for grant in grants(block):
        if grant.allows and grant.is_public and not grant.is_narrowed:
            yield block.finding("allows everybody: any AWS account may use it", grant.principals_span)
