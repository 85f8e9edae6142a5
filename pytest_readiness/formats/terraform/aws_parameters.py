"""Parameter groups: what a database is told beyond the arguments of its resource.

Sources: the parameter references of RDS, Aurora, DocumentDB and Redshift in the AWS documentation, with the defaults of
each family.
"""

from __future__ import annotations

import re
from typing import Any

from ...model import Span
from .blocks import Block
from .settings import holds
from .settings import one_of

GROUPS = frozenset(
    ("aws_db_parameter_group", "aws_rds_cluster_parameter_group", "aws_docdb_cluster_parameter_group", "aws_redshift_parameter_group")
)
_ON = one_of("1", "true", "on", "enabled", "tls1.2+", "tls1.3+", "fips-140-3")
_POSTGRES = re.compile(r"(aurora-)?postgres(?:ql)?(\d+)")
_FORCED_SINCE = {"": 15, "aurora-": 17}


def parameter(group: Block, name: str) -> tuple[Any, Span]:
    """The value of a parameter and its place; None where the group does not set it."""
    for part in group.blocks("parameter"):
        if part.get("name") == name:
            return part.get("value"), part.at("value")
    return None, group.span


def tls_parameter(group: Block) -> tuple[str, bool] | None:
    """The parameter that refuses plain connections and whether it does so by default; None for engines without one."""
    if group.type == "aws_docdb_cluster_parameter_group":
        return "tls", True
    if group.type == "aws_redshift_parameter_group":
        return "require_ssl", False
    family = group.get("family")
    family = family if isinstance(family, str) else ""
    if found := _POSTGRES.match(family):
        return "rds.force_ssl", int(found[2]) >= _FORCED_SINCE[found[1] or ""]
    if family.startswith("sqlserver"):
        return "rds.force_ssl", False
    if family.startswith(("mysql", "mariadb", "aurora-mysql")):
        return "require_secure_transport", family.startswith(("mysql8.4", "mariadb11.8"))
    return None


def accepts_plain(group: Block) -> tuple[str, Span] | None:
    """The parameter that lets clients connect without TLS, and its place."""
    wanted = tls_parameter(group)
    if wanted is None:
        return None
    name, by_default = wanted
    value, place = parameter(group, name)
    return None if holds(value, lambda given: _ON(str(given)), absent=by_default) else (name, place)
