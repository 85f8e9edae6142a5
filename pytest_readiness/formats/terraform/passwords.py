"""Databases with a master password, the arguments it may be given by, and where its value comes from."""

from __future__ import annotations

from dataclasses import dataclass

from ...syntax import hcl_expressions as ast
from ...unknown import Unresolved
from .blocks import Block
from .values import own_address


@dataclass(frozen=True)
class Inputs:
    """The arguments of a database; an ``inherited`` one brings the password from elsewhere."""

    passwords: tuple[str, ...]
    write_only: tuple[str, ...]
    managed: str
    inherited: tuple[str, ...] = ()
    managed_by_default: bool = False


_RDS = ("replicate_source_db", "snapshot_identifier", "restore_to_point_in_time", "s3_import")
_CLUSTER = ("replication_source_identifier", "snapshot_identifier", "restore_to_point_in_time", "global_cluster_identifier", "s3_import")

INPUTS = {
    "aws_db_instance": Inputs(("password",), ("password_wo",), "manage_master_user_password", _RDS),
    "aws_rds_cluster": Inputs(("master_password",), ("master_password_wo",), "manage_master_user_password", _CLUSTER),
    "aws_redshift_cluster": Inputs(
        ("master_password",), ("master_password_wo",), "manage_master_password", ("snapshot_identifier", "snapshot_arn")
    ),
    "aws_docdb_cluster": Inputs(
        ("master_password",), ("master_password_wo",), "manage_master_user_password", ("snapshot_identifier", "global_cluster_identifier")
    ),
    "terraform-aws-modules/rds/aws": Inputs(("password",), ("password_wo",), "manage_master_user_password", _RDS, managed_by_default=True),
    "terraform-aws-modules/rds-aurora/aws": Inputs(
        ("master_password",), ("master_password_wo",), "manage_master_user_password", _CLUSTER, managed_by_default=True
    ),
}

_SECRETS = (
    "aws_secretsmanager_secret_version",
    "aws_secretsmanager_random_password",
    "aws_ssm_parameter",
    "aws_kms_secrets",
    "google_secret_manager_secret_version",
    "azurerm_key_vault_secret",
    "vault_",
)


def origin(block: Block, name: str) -> str:
    """Where a password comes from; raises `Unresolved` where the module that makes it does not say."""
    expression = block.section.expression(name)
    if expression is None:
        return "literal"
    kinds = {_kind(own_address(address)) for address in block.refers(name)}
    if "variable" in kinds and name in INPUTS[block.type].write_only and block.module.detached:
        raise Unresolved(f"set by the caller: {expression.source}")
    for kind in ("random_password", "variable", "resource"):
        if kind in kinds:
            return kind
    if "module" in kinds:
        raise Unresolved(f"unknown until apply: {expression.source}")
    if kinds:
        return "ephemeral" if kinds == {"ephemeral"} else "managed secret"
    return "literal" if isinstance(expression, (ast.Literal, ast.Template, ast.Reference)) else "computed value"


def _kind(address: str) -> str:
    root, _, rest = address.partition(".")
    if root == "ephemeral":
        return "ephemeral"
    if root == "data":
        return "managed secret" if rest.startswith(_SECRETS) else "resource"
    if root == "var":
        return "variable"
    if root in ("module", "each"):
        return "module"
    if root in ("random_password", "random_string"):
        return "random_password"
    return "managed secret" if address.startswith(_SECRETS) else "resource"
