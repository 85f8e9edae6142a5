"""In which region something is made, and what has a copy in another one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ...unknown import Unknown
from ...unknown import is_unknown
from .blocks import Block
from .settings import is_given
from .values import Computed

_ARN_REGION = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:([a-z]{2}(?:-[a-z]+)+-\d)")
DATABASES = frozenset(("aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster"))


def region_of(block: Block) -> str:
    """The region as far as it is written: of the resource, of its provider, else the provider's name; empty for the default one."""
    region = block.get("region")
    if isinstance(region, str):
        return region
    expression = block.section.expression("provider")
    alias = expression.source if expression is not None else ""
    for provider in block.module.resources("tf.provider"):
        if provider.name.endswith(f"provider.{alias or 'aws'}") or provider.name == alias:
            region = provider.get("region")
            return region if isinstance(region, str) else alias
    return alias


def _is_other(vault: Any, block: Block) -> bool:
    """Whether a vault lies in another region than the block; what is not known is taken to."""
    if isinstance(vault, str) and (found := _ARN_REGION.match(vault)):
        own = region_of(block)
        return not own or found[1] != own
    target = vault.block if isinstance(vault, Computed) else None
    return target is None or region_of(target) != region_of(block)


def everywhere(block: Block, *types: str) -> list[Block]:
    """The resources of the types in the root that the block belongs to, and in all it calls."""
    return [found for module in block.module.root.tree for found in module.resources(*types)]


def copying_plans(block: Block) -> Iterator[Block]:
    """The backup plans of the root that copy to a vault in another region."""
    for plan in everywhere(block, "aws_backup_plan"):
        for rule in plan.blocks("rule"):
            copies = rule.blocks("copy_action")
            if isinstance(copies, Unknown) or any(_is_other(copy.get("destination_vault_arn"), block) for copy in copies):
                yield plan
                break


def is_copied(block: Block) -> bool:
    """Whether backups of a database, or the database itself, are also in another region."""
    if block.attached(("aws_db_instance_automated_backups_replication",), by="source_db_instance_arn"):
        return True
    if is_given(block.get("global_cluster_identifier")) or block.attached(("aws_rds_global_cluster",), by="source_db_cluster_identifier"):
        return True
    if any(
        copy.get("destination_region") is not None for copy in everywhere(block, "aws_db_snapshot_copy", "aws_rds_cluster_snapshot_copy")
    ):
        return True
    plans = {plan.full_address for plan in copying_plans(block)}
    selections = everywhere(block, "aws_backup_selection") if plans else []
    selected = block.attached(("aws_backup_selection",), by="resources")
    return any(
        selection.refers("plan_id") & plans and (selection in selected or selection.blocks("selection_tag") or _selects_all(selection))
        for selection in selections
    )


def _selects_all(selection: Block) -> bool:
    resources = selection.get("resources")
    return isinstance(resources, list) and any(not is_unknown(item) and "*" in str(item) for item in resources)


def replicated_by(block: Block) -> str | None:
    """What replicates the block into another region; None where nothing does, empty for a type that cannot be judged."""
    if block.type == "aws_s3_bucket":
        parts = block.attached(("aws_s3_bucket_replication_configuration",), by="bucket", named=("bucket",))
        return "replication" if parts or block.blocks("replication_configuration") else None
    if block.type == "aws_ecr_repository":
        return "replication" if everywhere(block, "aws_ecr_replication_configuration") else None
    if block.type == "aws_dynamodb_table":
        replicas = block.attached(("aws_dynamodb_table_replica",), by="global_table_arn")
        return "replica" if replicas or block.blocks("replica") else None
    if block.type == "aws_secretsmanager_secret":
        return "replica" if block.blocks("replica") else None
    if block.type in DATABASES:
        replicas = block.attached(("aws_db_instance",), by="replicate_source_db") + block.attached(
            ("aws_rds_cluster",), by="replication_source_identifier"
        )
        elsewhere = any(region_of(replica) != region_of(block) for replica in replicas)
        return "replica" if elsewhere or is_given(block.get("global_cluster_identifier")) else None
    return ""
