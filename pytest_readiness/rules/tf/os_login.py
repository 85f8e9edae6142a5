from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.hosts import OS_LOGIN
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in OS_LOGIN


@rule(
    "tf.os-login",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy='set enable-oslogin = "TRUE" in the metadata of the project',
    aliases=("CKV_GCP_33", "CKV_GCP_34", "GCP-0036", "GCP-0042"),
)
def check(block: Block) -> Iterator[Finding]:
    """Google accounts decide who logs in to virtual machines.

    OS Login ties SSH to the account and its roles, with a second factor and a record; keys in the metadata stay
    when somebody leaves. Asked of the project; an instance must not switch it off.

    ```hcl good
    resource "google_compute_project_metadata" "main" {
      metadata = {
        enable-oslogin = "TRUE"
      }
    }
    ```
    ```hcl bad
    resource "google_compute_instance" "main" {
      metadata = {
        enable-oslogin = "FALSE"             # <--
      }
    }
    ```
    ```hcl bad
    resource "google_compute_project_metadata" "main" {
      metadata = {
        owner = "shop"                       # <--
      }
    }
    ```
    """
    yield from gaps(block, OS_LOGIN, "keys in the metadata decide who logs in")
