from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.members import is_private_account
from pytest_readiness.formats.terraform.members import members
from pytest_readiness.formats.terraform.members import names_members
from pytest_readiness.formats.terraform.members import shown_member


@rule(
    "tf.no-personal-accounts",
    P1,
    on="tf.resource",
    when=names_members,
    category="Security & Compliance",
    remedy="give the role to an account of the organization",
    aliases=("GCP-0069",),
)
def check(block: Block) -> Iterator[Finding]:
    """No private mail account has access.

    An account at a public mail provider has no second factor that a company could ask for, and stays when its owner
    leaves.

    ```hcl good
    resource "google_project_iam_member" "team" {
      role   = "roles/viewer"
      member = "group:team@example.com"
    }
    ```
    ```hcl bad
    resource "google_project_iam_member" "team" {
      role   = "roles/viewer"
      member = "user:jane.doe@gmail.com"     # <--
    }
    ```
    """
    for member, place in members(block):
        if is_private_account(member):
            yield block.finding(f"{shown_member(member)} is a private account: it keeps access when its owner leaves", place)
