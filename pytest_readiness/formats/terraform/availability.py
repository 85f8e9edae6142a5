"""What keeps databases, caches and clusters alive when a zone fails, and how they are backed up."""

from __future__ import annotations

from collections.abc import Iterator

from ...model import Finding
from ...unknown import is_unknown
from .blocks import Block
from .settings import Settings
from .settings import as_number
from .settings import at_least
from .settings import equal
from .settings import holds
from .settings import is_given
from .settings import setting


def _several(value: object) -> bool:
    return not isinstance(value, list) or len(value) > 1


_SUBNETS = ("subnet_ids", "at least two subnets", _several)

ZONES: Settings = {
    "aws_db_instance": (setting("multi_az"),),
    "aws_rds_cluster": (),
    "aws_docdb_cluster": (),
    "aws_neptune_cluster": (),
    "aws_elasticache_replication_group": (setting("automatic_failover_enabled"),),
    "aws_msk_cluster": (),
    "aws_eks_cluster": (setting("vpc_config.subnet_ids", "subnets in two zones", _several, absent=True),),
    "aws_eks_node_group": (setting(*_SUBNETS, absent=True),),
    "aws_autoscaling_group": (),
    "aws_elasticsearch_domain": (setting("cluster_config.zone_awareness_enabled"),),
    "aws_opensearch_domain": (setting("cluster_config.zone_awareness_enabled|multi_az_with_standby_enabled"),),
    "aws_mq_broker": (equal("deployment_mode", "ACTIVE_STANDBY_MULTI_AZ", "CLUSTER_MULTI_AZ"),),
    "terraform-aws-modules/rds/aws": (setting("multi_az"),),
    "google_sql_database_instance": (equal("settings.availability_type", "REGIONAL"),),
    "google_redis_instance": (equal("tier", "STANDARD_HA"),),
    "azurerm_postgresql_flexible_server": (equal("high_availability.mode", "ZoneRedundant"),),
    "azurerm_mysql_flexible_server": (equal("high_availability.mode", "ZoneRedundant"),),
    "azurerm_mssql_database": (setting("zone_redundant"),),
    "azurerm_app_service_environment_v3": (setting("zone_redundant"),),
    "azurerm_container_registry": (
        setting("zone_redundancy_enabled"),
        setting("georeplications.zone_redundancy_enabled", absent=True, each=True),
    ),
    "azurerm_service_plan": (setting("zone_balancing_enabled"),),
    "azurerm_redis_cache": (setting("zones", "several zones", _several),),
}

_MEMBERS = {
    "aws_rds_cluster": ("aws_rds_cluster_instance",),
    "aws_docdb_cluster": ("aws_docdb_cluster_instance",),
    "aws_neptune_cluster": ("aws_neptune_cluster_instance",),
}


def is_redundant_elsewhere(block: Block) -> bool:
    """Whether the resource is a copy, or belongs to something that is judged in its place."""
    for name in (
        "replicate_source_db",
        "replication_source_identifier",
        "master_instance_name",
        "global_replication_group_id",
        "create_source_server_id",
        "source_server_id",
    ):
        if is_given(block.get(name)):
            return True
    if block.type == "aws_rds_cluster":
        mode, instances = block.get("engine_mode"), block.get("db_cluster_instance_class")
        return (mode is not None and bool(mode == "serverless")) or is_given(instances)
    if block.type == "aws_autoscaling_group":
        return block.get("max_size") is not None and not holds(block.get("max_size"), at_least(2))
    return False


def how_many(block: Block) -> int:
    """How often the block exists; raises `Unresolved` where that is not known."""
    if block.instances is None:
        for name in ("count", "for_each"):
            if block.section.has(name):
                value = block.get(name)
                return len(value) if isinstance(value, (list, dict)) else int(as_number(value))
        return 1
    return block.instances


def few_zones(block: Block) -> Iterator[Finding]:
    """What the settings of one resource cannot say: members of a cluster, subnets, brokers."""
    if block.type in _MEMBERS:
        by = "cluster_identifier"
        members = block.attached(_MEMBERS[block.type], by=by)
        total = 0
        for member in members:
            if member.instances is None and (member.section.has("count") or member.section.has("for_each")):
                return_reason = member.get("count") if member.section.has("count") else member.get("for_each")
                holds(return_reason, at_least(2))  # raises where it is not known
            total += 1 if member.instances is None else member.instances
        if total < 2:
            yield block.finding(
                f"the cluster has {total or 'no'} instance{'' if total == 1 else 's'}: it is down with one availability zone"
            )
    elif block.type == "aws_msk_cluster":
        subnets = block.get("broker_node_group_info", "client_subnets")
        if (isinstance(subnets, list) and len(subnets) < 2) or subnets is None:
            yield block.finding(
                "the brokers stand in one subnet: they are down with its availability zone",
                block.at("broker_node_group_info", "client_subnets"),
            )
        elif is_unknown(subnets):
            holds(subnets, _several)
    elif block.type == "aws_autoscaling_group":
        for name in ("vpc_zone_identifier", "availability_zones"):
            value = block.get(name)
            if isinstance(value, list) and len(value) < 2:
                yield block.finding("the group runs in one availability zone and is down with it", block.at(name))


# -- copies elsewhere; backups of Cloud SQL are kept in several regions by themselves

GEO_BACKUPS: Settings = {
    f"azurerm_{name}": (setting("geo_redundant_backup_enabled"),)
    for name in ("mariadb_server", "mysql_flexible_server", "mysql_server", "postgresql_flexible_server", "postgresql_server")
}

# -- backups

RETENTION = 7
BACKUPS: Settings = {
    "aws_db_instance": (setting("backup_retention_period", f"at least {RETENTION} days", at_least(RETENTION)),),
    "aws_rds_cluster": (setting("backup_retention_period", f"at least {RETENTION} days", at_least(RETENTION)),),
    "aws_docdb_cluster": (setting("backup_retention_period", f"at least {RETENTION} days", at_least(RETENTION)),),
    "aws_neptune_cluster": (setting("backup_retention_period", f"at least {RETENTION} days", at_least(RETENTION)),),
    "aws_redshift_cluster": (
        setting("automated_snapshot_retention_period", "at least 1 day", lambda value: as_number(value) > 0, absent=True),
    ),
    "aws_dynamodb_table": (setting("point_in_time_recovery.enabled"),),
    "aws_elasticache_replication_group": (setting("snapshot_retention_limit", "at least 1 day", lambda value: as_number(value) > 0),),
    "aws_elasticache_cluster": (setting("snapshot_retention_limit", "at least 1 day", lambda value: as_number(value) > 0),),
    "aws_keyspaces_table": (equal("point_in_time_recovery.status", "ENABLED"),),
    "aws_memorydb_cluster": (setting("snapshot_retention_limit", "at least 1 day", lambda value: as_number(value) > 0),),
    "terraform-aws-modules/rds/aws": (setting("backup_retention_period", f"at least {RETENTION} days", at_least(RETENTION), absent=None),),
    "terraform-aws-modules/rds-aurora/aws": (
        setting("backup_retention_period", f"at least {RETENTION} days", at_least(RETENTION), absent=None),
    ),
    "terraform-aws-modules/dynamodb-table/aws": (setting("point_in_time_recovery_enabled"),),
    "google_sql_database_instance": (setting("settings.backup_configuration.enabled"),),
    "azurerm_postgresql_server": (setting("backup_retention_days", f"at least {RETENTION} days", at_least(RETENTION), absent=True),),
    "azurerm_postgresql_flexible_server": (
        setting("backup_retention_days", f"at least {RETENTION} days", at_least(RETENTION), absent=True),
    ),
    "azurerm_mysql_flexible_server": (setting("backup_retention_days", f"at least {RETENTION} days", at_least(RETENTION), absent=True),),
    "azurerm_mssql_database": (
        setting("short_term_retention_policy.retention_days", f"at least {RETENTION} days", at_least(RETENTION), absent=True),
    ),
    "aws_efs_file_system": (),
}
