from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting

_CURRENT = (setting("ca_cert_identifier", "a current one", lambda value: value not in ("rds-ca-2015", "rds-ca-2019"), absent=True),)
WANTED: Settings = {
    "aws_db_instance": _CURRENT,
    "aws_rds_cluster_instance": _CURRENT,
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.expired-database-ca",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy='set ca_cert_identifier = "rds-ca-rsa2048-g1"',
    aliases=("CKV_AWS_211",),
)
def check(block: Block) -> Iterator[Finding]:
    """Databases use a certificate authority that has not expired.

    `rds-ca-2015` and `rds-ca-2019` have expired: clients that verify the certificate can no longer connect.

    ```hcl good
    resource "aws_db_instance" "main" {
      ca_cert_identifier = "rds-ca-rsa2048-g1"
    }
    ```
    ```hcl bad
    resource "aws_db_instance" "main" {
      ca_cert_identifier = "rds-ca-2019"     # <--
    }
    ```
    """
    yield from gaps(block, WANTED, "clients that verify its certificate cannot connect")
