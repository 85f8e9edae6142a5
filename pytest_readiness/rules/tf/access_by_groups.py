from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.members import is_person
from pytest_readiness.formats.terraform.members import is_private_account
from pytest_readiness.formats.terraform.members import members
from pytest_readiness.formats.terraform.members import names_members
from pytest_readiness.formats.terraform.members import shown_member


@rule(
    "tf.access-by-groups",
    P3,
    on="tf.resource",
    when=names_members,
    category="Governance",
    remedy="give the role to a group",
    effort="1h",
    aliases=("GCP-0003",),
)
def check(block: Block) -> Iterator[Finding]:
    """Roles are given to groups, not to single persons.

    Somebody who changes teams keeps what was given to them by name; a group is one place to look and to change.

    ```hcl good
    resource "google_project_iam_member" "team" {
      role   = "roles/viewer"
      member = "group:team@example.com"
    }
    ```
    ```hcl bad
    resource "google_project_iam_member" "team" {
      role   = "roles/viewer"
      member = "user:jane@example.com"       # <--
    }
    ```
    """
    for member, place in members(block):
        if is_person(member) and not is_private_account(member):
            yield block.finding(f"{shown_member(member)} is a single person: nobody takes the role back when they change teams", place)
