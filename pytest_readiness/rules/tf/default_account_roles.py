from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.members import gives_role
from pytest_readiness.formats.terraform.members import is_default
from pytest_readiness.formats.terraform.members import members
from pytest_readiness.formats.terraform.members import shown_member


@rule(
    "tf.default-account-roles",
    P1,
    on="tf.resource",
    when=gives_role,
    category="Security & Compliance",
    remedy="make a service account for the workload and give the role to it",
    effort="1h",
    aliases=("CKV_GCP_46", "CKV_GCP_47", "CKV_GCP_48", "GCP-0004", "GCP-0006", "GCP-0008"),
)
def check(block: Block) -> Iterator[Finding]:
    """Default service accounts are given no roles.

    Every machine and function that names no account runs as the default one: what it may do, all of them may do.

    ```hcl good
    resource "google_project_iam_member" "app" {
      role   = "roles/logging.logWriter"
      member = "serviceAccount:app@shop.iam.gserviceaccount.com"
    }
    ```
    ```hcl bad
    resource "google_project_iam_member" "app" {
      role   = "roles/logging.logWriter"
      member = "serviceAccount:123456789012-compute@developer.gserviceaccount.com"  # <--
    }
    ```
    """
    for member, place in members(block):
        if is_default(member):
            yield block.finding(
                f"{shown_member(member)} is a default service account: everything that names no account of its own has the role", place
            )
