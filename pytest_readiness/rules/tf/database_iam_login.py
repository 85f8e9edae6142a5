from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import setting

_IAM = (setting("iam_database_authentication_enabled"),)
WANTED: Settings = {
    "aws_db_instance": _IAM,
    "aws_rds_cluster": _IAM,
    "aws_neptune_cluster": _IAM,
    "terraform-aws-modules/rds/aws": _IAM,
    "terraform-aws-modules/rds-aurora/aws": _IAM,
}


_ENGINES = ("postgres", "mysql", "mariadb", "aurora")


def concerns(block: Block) -> bool:
    """Oracle, SQL Server and Db2 know no such logins."""
    if block.type not in WANTED:
        return False
    engine = block.get("engine") if block.type in ("aws_db_instance", "aws_rds_cluster") else None
    return engine is None or holds(engine, lambda value: str(value).startswith(_ENGINES))


@rule(
    "tf.database-iam-login",
    P3,
    on=("tf.resource", "tf.module-call"),
    when=concerns,
    category="Security & Compliance",
    remedy="set iam_database_authentication_enabled = true",
    effort="1d",
    aliases=("CKV_AWS_161", "CKV_AWS_162", "CKV_AWS_359"),
    standards=("AWS FSBP RDS.10", "AWS FSBP RDS.12"),
)
def check(block: Block) -> Iterator[Finding]:
    """Databases accept logins by IAM.

    A token of IAM is valid for a quarter of an hour and belongs to a role; a password is valid until somebody
    changes it, wherever it was copied to.

    ```hcl good
    resource "aws_rds_cluster" "main" {
      iam_database_authentication_enabled = true
    }
    ```
    ```hcl bad
    resource "aws_db_instance" "main" {    # <--
      engine = "postgres"
    }
    ```
    """
    yield from gaps(block, WANTED, "everybody who has the password may log in")
