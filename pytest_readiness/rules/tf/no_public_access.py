from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.aws_exposure import can_be_shared
from pytest_readiness.formats.terraform.aws_exposure import shared_with_everybody
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.exposure import anybody
from pytest_readiness.formats.terraform.exposure import grants_access


def can_be_given(block: Block) -> bool:
    return can_be_shared(block) or grants_access(block)


@rule(
    "tf.no-public-access",
    P1,
    on=("tf.resource", "tf.data"),
    when=can_be_given,
    category="Security & Compliance",
    remedy="share it with named accounts, groups or service accounts",
    aliases=(
        "CKV_AWS_20", "CKV_AWS_57", "CKV_AWS_301", "CKV_AWS_302", "CKV_AWS_303", "CKV_AWS_375", "CKV2_AWS_43", "AWS-0092", "AWS-0161",
        "CKV_GCP_15", "CKV_GCP_28", "CKV_GCP_98", "CKV_GCP_99", "CKV_GCP_100", "CKV_GCP_101", "CKV_GCP_102", "CKV_GCP_107", "CKV_GCP_112",
        "CKV_GCP_113", "GCP-0001", "GCP-0046", "CKV_AZURE_34", "CKV_AZURE_138", "AZU-0007",
    ),
    standards=("AWS FSBP RDS.1", "AWS FSBP SSM.4"),
)  # fmt: skip
def check(block: Block) -> Iterator[Finding]:
    """Nothing is given to everybody.

    `allUsers` is the internet and `allAuthenticatedUsers` everybody with any Google account; a public container of
    Azure is listed by search engines within days. A public ACL publishes a bucket of S3, a snapshot shared with
    `all` a whole database. Policies of AWS are for `tf.public-policies`. What must be public, such as a web site,
    is waived by name.

    ```hcl good
    resource "google_storage_bucket_iam_member" "data" {
      role   = "roles/storage.objectViewer"
      member = "group:team@example.com"
    }
    ```
    ```hcl bad
    resource "google_storage_bucket_iam_member" "data" {
      role   = "roles/storage.objectViewer"
      member = "allUsers"                    # <--
    }
    ```
    ```hcl good
    resource "aws_db_snapshot" "main" {
      shared_accounts = ["123456789012"]
    }
    ```
    ```hcl bad
    resource "aws_s3_bucket" "data" {}
    resource "aws_s3_bucket_acl" "data" {
      bucket = aws_s3_bucket.data.id
      acl    = "public-read"                 # <--
    }
    ```
    ```hcl bad
    resource "aws_lambda_permission" "all" {
      principal = "*"                        # <--
    }
    ```
    ```hcl bad
    resource "azurerm_storage_container" "data" {
      container_access_type = "blob"         # <--
    }
    ```
    ```hcl bad
    data "google_iam_policy" "data" {
      binding {
        role    = "roles/run.invoker"
        members = ["allAuthenticatedUsers"]  # <--
      }
    }
    ```
    """
    for reason, place in shared_with_everybody(block):
        yield block.finding(reason, place)
    for who, place in anybody(block):
        yield block.finding(f"{who} is everybody on the internet", place)
