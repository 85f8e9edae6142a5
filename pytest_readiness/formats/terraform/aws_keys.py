"""Which argument names the customer's own key for what a service of AWS stores.

Sources: the argument reference of each resource in the documentation of the provider aws 6. What is encrypted with
a key of the provider when the argument is left out stands here; whether it is encrypted at all is in `encryption`.
"""

from __future__ import annotations

from typing import Any

from ...unknown import is_unknown
from .blocks import Block
from .buckets import takes_logs
from .settings import Setting
from .settings import Settings
from .settings import equal
from .settings import holds
from .settings import is_set
from .settings import is_true
from .settings import one_of
from .settings import setting

_KEY = "a KMS key of your own"


def is_own_key(value: Any) -> bool:
    """Whether a key is not the one that AWS makes for a service, which has the alias ``aws/<service>``."""
    return is_unknown(value) or not ("alias/aws/" in str(value) or value in ("", "AWS_OWNED_KMS_KEY"))


def _key(path: str, *, within: str = "") -> tuple[Setting, ...]:
    return (setting(path, _KEY, is_own_key, within=within),)


_KMS_KEY_ID = _key("kms_key_id")
_KMS_KEY_ARN = _key("kms_key_arn")
_SEARCH = _key("encrypt_at_rest.kms_key_id")
_FIREWALL = (
    equal("encryption_configuration.type", "CUSTOMER_KMS"),
    *_key("encryption_configuration.key_id"),
)
_BY_KMS = ('encryption_option = "SSE_KMS"', one_of("SSE_KMS", "CSE_KMS"))
_GLUE = (setting("security_configuration", "a security configuration", is_set),)
_INSIGHTS = _key("performance_insights_kms_key_id")

OWN_KEYS: Settings = {
    # databases, caches and their copies
    "aws_db_instance": _INSIGHTS,
    "aws_db_instance_automated_backups_replication": _KMS_KEY_ID,
    "aws_db_snapshot_copy": _KMS_KEY_ID,
    "aws_rds_cluster": _KMS_KEY_ID,
    "aws_rds_cluster_instance": _INSIGHTS,
    "aws_rds_cluster_activity_stream": _KMS_KEY_ID,
    "aws_docdb_cluster": _KMS_KEY_ID,
    "aws_neptune_cluster": _KMS_KEY_ARN,
    "aws_neptune_cluster_snapshot": _KMS_KEY_ID,
    "aws_redshift_cluster": _KMS_KEY_ID,
    "aws_redshift_snapshot_copy_grant": _KMS_KEY_ID,
    "aws_redshiftserverless_namespace": _KMS_KEY_ID,
    "aws_dynamodb_table": (setting("server_side_encryption.enabled"), *_key("server_side_encryption.kms_key_arn")),
    "aws_dynamodb_table_replica": _KMS_KEY_ARN,
    "aws_keyspaces_table": (
        equal("encryption_specification.type", "CUSTOMER_MANAGED_KMS_KEY"),
        *_key("encryption_specification.kms_key_identifier"),
    ),
    "aws_timestreamwrite_database": _KMS_KEY_ID,
    "aws_elasticache_replication_group": _KMS_KEY_ID,
    "aws_memorydb_cluster": _KMS_KEY_ARN,
    "aws_memorydb_snapshot": _KMS_KEY_ARN,
    "aws_elasticsearch_domain": _SEARCH,
    "aws_opensearch_domain": _SEARCH,
    "aws_kendra_index": _key("server_side_encryption_configuration.kms_key_id"),
    # disks, files, backups
    "aws_ami_copy": _KMS_KEY_ID,
    "aws_ebs_volume": _KMS_KEY_ID,
    "aws_ebs_snapshot_copy": _KMS_KEY_ID,
    "aws_efs_file_system": _KMS_KEY_ID,
    "aws_fsx_lustre_file_system": _KMS_KEY_ID,
    "aws_fsx_ontap_file_system": _KMS_KEY_ID,
    "aws_fsx_openzfs_file_system": _KMS_KEY_ID,
    "aws_fsx_windows_file_system": _KMS_KEY_ID,
    "aws_backup_vault": _KMS_KEY_ARN,
    "aws_s3_bucket": (),  # see `buckets.encryption_key`
    "aws_s3_bucket_object": _KMS_KEY_ID,
    "aws_s3_object_copy": _KMS_KEY_ID,
    # analytics, whose results land in S3
    "aws_athena_database": (setting("encryption_configuration.encryption_option", *_BY_KMS),),
    "aws_athena_workgroup": (setting("encryption_configuration.encryption_option", *_BY_KMS, within="configuration.result_configuration"),),
    "aws_glue_crawler": _GLUE,
    "aws_glue_dev_endpoint": _GLUE,
    "aws_glue_job": _GLUE,
    # streams and messages
    "aws_sns_topic": _key("kms_master_key_id"),
    "aws_sqs_queue": _key("kms_master_key_id"),
    "aws_kinesis_stream": _KMS_KEY_ID,
    "aws_kinesis_video_stream": _KMS_KEY_ID,
    "aws_kinesis_firehose_delivery_stream": (
        equal("server_side_encryption.key_type", "CUSTOMER_MANAGED_CMK"),
        *_key("server_side_encryption.key_arn"),
    ),
    "aws_mq_broker": _key("encryption_options.kms_key_id"),
    # logs and builds
    "aws_cloudtrail": _KMS_KEY_ID,
    "aws_cloudtrail_event_data_store": _KMS_KEY_ID,
    "aws_cloudwatch_log_group": _KMS_KEY_ID,
    "aws_codeartifact_domain": _key("encryption_key"),
    "aws_codebuild_project": _key("encryption_key"),
    "aws_codegurureviewer_repository_association": (equal("kms_key_details.encryption_option", "CUSTOMER_MANAGED_CMK"),),
    "aws_codepipeline": _key("artifact_store.encryption_key.id"),
    "aws_dlm_lifecycle_policy": (
        *_key("cmk_arn", within="policy_details.action.cross_region_copy.encryption_configuration"),
        *_key("cmk_arn", within="policy_details.schedule.cross_region_copy_rule"),
    ),
    "aws_ecr_repository": (
        equal("encryption_configuration.encryption_type", "KMS", "KMS_DSSE"),
        *_key("encryption_configuration.kms_key"),
    ),
    "aws_imagebuilder_component": _KMS_KEY_ID,
    "aws_imagebuilder_image_recipe": (
        setting("encrypted", within="block_device_mapping.ebs"),
        *_key("kms_key_id", within="block_device_mapping.ebs"),
    ),
    "aws_imagebuilder_distribution_configuration": _key("kms_key_id", within="distribution.ami_distribution_configuration"),
    # functions and applications
    "aws_lambda_function": _KMS_KEY_ARN,
    "aws_appflow_connector_profile": _key("kms_arn"),
    "aws_appflow_flow": _key("kms_arn"),
    "aws_bedrockagent_agent": _key("customer_encryption_key_arn"),
    "aws_comprehend_entity_recognizer": (*_key("model_kms_key_id"), *_key("volume_kms_key_id")),
    "aws_connect_instance_storage_config": (
        *_key("encryption_config.key_id", within="storage_config.kinesis_video_stream_config"),
        *_key("encryption_config.key_id", within="storage_config.s3_config"),
    ),
    "aws_dms_endpoint": _KMS_KEY_ARN,
    "aws_dms_s3_endpoint": _KMS_KEY_ARN,
    "aws_dms_replication_instance": _KMS_KEY_ARN,
    "aws_networkfirewall_firewall": _FIREWALL,
    "aws_networkfirewall_firewall_policy": _FIREWALL,
    "aws_networkfirewall_rule_group": _FIREWALL,
    "aws_sagemaker_domain": _KMS_KEY_ID,
    "aws_sagemaker_notebook_instance": _KMS_KEY_ID,
    "aws_sagemaker_endpoint_configuration": _KMS_KEY_ARN,
    "aws_sagemaker_data_quality_job_definition": (
        *_key("data_quality_job_output_config.kms_key_id"),
        *_key("job_resources.cluster_config.volume_kms_key_id"),
    ),
    "aws_sagemaker_flow_definition": _key("output_config.kms_key_id"),
    "aws_scheduler_schedule": _KMS_KEY_ARN,
}


def has_a_key(block: Block) -> bool:
    """Whether there is something that a key could encrypt: a function needs variables, a queue without KMS has SQS's own key."""
    if block.type in ("aws_db_instance", "aws_rds_cluster_instance"):
        enabled = block.get("performance_insights_enabled")
        return enabled is not None and holds(enabled, is_true)
    if block.type == "aws_lambda_function":
        return block.section.blocks("environment") != ()
    if block.type in ("aws_sns_topic", "aws_sqs_queue"):
        return block.get("kms_master_key_id") is not None
    if block.type == "aws_dms_endpoint":
        return not block.section.blocks("s3_settings") and not block.section.blocks("redshift_settings")  # have keys of their own
    if block.type == "aws_s3_bucket":
        return not takes_logs(block)
    return block.type in OWN_KEYS
