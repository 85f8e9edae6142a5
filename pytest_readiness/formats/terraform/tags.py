"""The tags and labels that a resource carries: its own, and those its provider gives to everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...unknown import Unresolved
from ...unknown import is_unknown
from .accounts import roots_of
from .blocks import Block
from .blocks import Section

# what costs money or holds data; providers take tags on many more
_AWS = """
    acm_certificate api_gateway_rest_api athena_workgroup autoscaling_group backup_plan backup_vault cloudfront_distribution cloudtrail
    cloudwatch_log_group codebuild_project codepipeline db_cluster_snapshot db_instance db_proxy docdb_cluster dynamodb_table ebs_volume
    ecr_repository ecs_cluster ecs_service efs_file_system eip eks_cluster eks_node_group elasticache_cluster
    elasticache_replication_group elasticsearch_domain emr_cluster fsx_lustre_file_system glue_job instance kinesis_firehose_delivery_stream
    kinesis_stream kms_key lambda_function launch_template lb mq_broker msk_cluster mwaa_environment nat_gateway neptune_cluster
    opensearch_domain rds_cluster rds_cluster_instance redshift_cluster route53_zone s3_bucket sagemaker_endpoint secretsmanager_secret
    sfn_state_machine sns_topic sqs_queue subnet transfer_server vpc vpc_endpoint wafv2_web_acl
"""
_GOOGLE = """
    artifact_registry_repository bigquery_dataset bigquery_table bigtable_instance cloud_run_service cloud_run_v2_service
    cloudfunctions2_function cloudfunctions_function compute_disk compute_instance compute_snapshot container_cluster dataflow_job
    dataproc_cluster filestore_instance kms_crypto_key memcache_instance notebooks_instance project pubsub_subscription pubsub_topic
    redis_instance secret_manager_secret spanner_instance storage_bucket
"""
_AZURE = """
    api_management app_service application_gateway automation_account batch_account cdn_profile cognitive_account container_group
    container_registry cosmosdb_account data_factory databricks_workspace eventhub_namespace firewall frontdoor function_app iothub
    key_vault kubernetes_cluster kubernetes_cluster_node_pool kusto_cluster lb linux_function_app linux_virtual_machine
    linux_virtual_machine_scale_set linux_web_app log_analytics_workspace managed_disk mariadb_server mssql_database mssql_server
    mysql_flexible_server mysql_server postgresql_flexible_server postgresql_server public_ip recovery_services_vault redis_cache
    resource_group search_service service_plan servicebus_namespace storage_account synapse_workspace virtual_machine virtual_network
    windows_function_app windows_virtual_machine windows_virtual_machine_scale_set windows_web_app
"""
TAGGABLE = {
    **{f"aws_{name}": "tags" for name in _AWS.split()},
    **{f"google_{name}": "labels" for name in _GOOGLE.split()},
    **{f"azurerm_{name}": "tags" for name in _AZURE.split()},
}
_DEFAULTS = {"aws": ("default_tags", "tags"), "google": ("default_labels",)}


def missing(block: Block, wanted: tuple[str, ...]) -> list[str]:
    """Which of the tags the resource lacks; raises `Unresolved` where that is not known."""
    found: set[str] = set()
    unknown = None
    for keys in _keys(block):
        if is_unknown(keys):
            unknown = keys
        elif isinstance(keys, dict):
            found.update(str(key) for key in keys if not is_unknown(key))
    left = [tag for tag in wanted if tag not in found]
    if left and unknown is not None:
        raise Unresolved(unknown.source)
    return left


def _keys(block: Block) -> Iterator[Any]:
    yield block.get(TAGGABLE[block.type])
    if block.type == "aws_autoscaling_group":
        for part in block.blocks("tag"):
            yield {part.get("key"): True}
        return
    provider = block.type.partition("_")[0]
    if provider in _DEFAULTS:
        written = block.section.expression("provider")
        name = written.source.strip('"') if written is not None else provider
        for root in roots_of(block.module):
            for configured in root.resources("tf.provider"):
                if _name(configured) == name:
                    yield _default(configured.section, _DEFAULTS[provider])


def _name(provider: Block) -> str:
    alias = provider.get("alias")
    return f"{provider.type}.{alias}" if isinstance(alias, str) else provider.type


def _default(section: Section, path: tuple[str, ...]) -> Any:
    return section.get(*path)
