from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.identities import TRUSTED_ISSUERS
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in TRUSTED_ISSUERS


@rule(
    "tf.federation-condition",
    P1,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set attribute_condition",
    aliases=("GCP-0068", "CKV_GCP_118"),
)
def check(block: Block) -> Iterator[Finding]:
    """Workload identity pools say which tokens they trust.

    A pool that trusts an issuer such as GitHub trusts every repository there, unless a condition names yours.

    ```hcl good
    resource "google_iam_workload_identity_pool_provider" "github" {
      attribute_condition = "assertion.repository_owner == 'shop'"
    }
    ```
    ```hcl bad
    resource "google_iam_workload_identity_pool_provider" "github" {  # <--
      oidc {
        issuer_uri = "https://token.actions.githubusercontent.com"
      }
    }
    ```
    """
    yield from gaps(block, TRUSTED_ISSUERS, "every token of the issuer is trusted")
