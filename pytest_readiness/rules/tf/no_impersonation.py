from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.members import IMPERSONATION
from pytest_readiness.formats.terraform.members import gives_role
from pytest_readiness.formats.terraform.policies import many


@rule(
    "tf.no-impersonation",
    P1,
    on="tf.resource",
    when=gives_role,
    category="Security & Compliance",
    remedy="use google_service_account_iam_member for the one account",
    effort="1h",
    aliases=("CKV_GCP_41", "CKV_GCP_49", "GCP-0005", "GCP-0009", "GCP-0011"),
)
def check(block: Block) -> Iterator[Finding]:
    """Nobody may act as every service account of a project.

    With `serviceAccountUser` or `TokenCreator` on a project, folder or organization somebody takes whatever any
    service account there may do, the owner included. Give it on the one account that is needed.

    ```hcl good
    resource "google_service_account_iam_member" "deploy" {
      role   = "roles/iam.serviceAccountUser"
      member = "group:deployers@example.com"
    }
    resource "google_project_iam_member" "logs" {
      role   = "roles/logging.viewer"
      member = "group:deployers@example.com"
    }
    ```
    ```hcl bad
    resource "google_project_iam_member" "deploy" {
      role   = "roles/iam.serviceAccountUser"  # <--
      member = "group:deployers@example.com"
    }
    ```
    """
    for role in many(block.get("role")):
        if str(role) in IMPERSONATION:
            yield block.finding(f"{role} lets them act as every service account of the scope", block.at("role"))
