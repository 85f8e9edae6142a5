from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.exposure import anybody
from pytest_readiness.formats.terraform.exposure import grants_access


@rule(
    "tf.no-public-access",
    P0,
    on=("tf.resource", "tf.data"),
    when=grants_access,
    category="Security & Compliance",
    remedy="give the role to named groups or service accounts",
    aliases=(
        "CKV_GCP_15", "CKV_GCP_28", "CKV_GCP_98", "CKV_GCP_99", "CKV_GCP_100", "CKV_GCP_101", "CKV_GCP_102", "CKV_GCP_107",
        "CKV_GCP_112", "CKV_GCP_113", "GCP-0001", "GCP-0046", "CKV_AZURE_34", "CKV_AZURE_138", "AZU-0007",
    ),
)  # fmt: skip
def check(block: Block) -> Iterator[Finding]:
    """Nothing is given to everybody.

    `allUsers` is the internet and `allAuthenticatedUsers` everybody with any Google account; a public container of
    Azure is listed by search engines within days. What must be public, such as a web site, is waived by name.

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
    for who, place in anybody(block):
        yield block.finding(f"{who} is everybody in the internet", place)
