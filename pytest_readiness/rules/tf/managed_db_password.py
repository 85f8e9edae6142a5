from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Unresolved
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.passwords import INPUTS
from pytest_readiness.formats.terraform.passwords import Inputs
from pytest_readiness.formats.terraform.passwords import origin
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_given
from pytest_readiness.formats.terraform.settings import is_true


def has_master_password(block: Block) -> bool:
    inputs = INPUTS.get(block.type)
    if inputs is None:  # a registry module that we do not know: somebody has to look
        return block.kind == "tf.module-call" and block.section.has("master_password") and not block.type.startswith(".")
    return not any(is_inherited(block, name) for name in inputs.inherited)


def is_inherited(block: Block, name: str) -> bool:
    """Whether the password comes with what the argument names; blocks (``restore_to_point_in_time``) count too."""
    return is_given(block.get(name)) or block.section.blocks(name) != ()


@rule(
    "tf.managed-db-password",
    P0,
    on=("tf.resource", "tf.module-call"),
    when=has_master_password,
    category="Security & Compliance",
    remedy="set manage_master_user_password = true, or pass a write-only password from an ephemeral resource",
    effort="2h",
)
def check(block: Block) -> Iterator[Finding]:
    """The master password of a database is managed by Secrets Manager.

    A password that Terraform knows lands in the state in plain text, whether it comes from a variable or
    from `random_password`. RDS can create, store and rotate it; a write-only argument fed from an ephemeral
    value is not stored either.

    ```hcl good
    resource "aws_db_instance" "main" {
      engine                      = "postgres"
      username                    = "app"
      manage_master_user_password = true
    }
    ```
    ```hcl good
    ephemeral "aws_secretsmanager_secret_version" "db" {
      secret_id = "db"
    }
    resource "aws_db_instance" "main" {
      username    = "app"
      password_wo = ephemeral.aws_secretsmanager_secret_version.db.secret_string
    }
    ```
    ```hcl bad
    variable "db_password" {}
    resource "aws_db_instance" "main" {
      username = "app"
      password = var.db_password           # <--
    }
    ```
    ```hcl bad
    resource "aws_rds_cluster" "main" {    # <--
      engine = "aurora-postgresql"
    }
    ```
    """
    inputs = INPUTS.get(block.type)
    if inputs is None:
        raise Unresolved(f"what the module {block.type} does with master_password is not known")
    managed = block.get(inputs.managed) if inputs.managed else None
    if managed is not None and holds(managed, is_true):
        return
    for name in (*inputs.write_only, *inputs.passwords):
        if block.section.has(name) and not _is_null(block, name):
            yield from _passed(block, name, inputs)
            return
    if managed is not None or not inputs.managed_by_default:
        yield block.finding(
            f"{inputs.managed or 'a managed password'} is not set and no password is given: nobody manages the master password",
            block.at(inputs.managed),
        )


def _is_null(block: Block, name: str) -> bool:
    value: Any = block.get(name)
    return value is None


def _passed(block: Block, name: str, inputs: Inputs) -> Iterator[Finding]:
    source = origin(block, name)
    if source in ("ephemeral", "managed secret"):
        if source == "managed secret" and name not in inputs.write_only:
            yield block.advice(f"{name} is read from a managed secret, but its value still lands in the state", block.at(name))
    else:
        yield block.finding(f"{name} comes from a {source}: its value is stored in the state in plain text", block.at(name))
