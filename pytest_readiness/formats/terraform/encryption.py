"""How each data store is told to encrypt what it holds. Facts about providers, with their defaults."""

from __future__ import annotations

from .blocks import Block
from .documents import document
from .documents import within
from .runs import modules
from .settings import Settings
from .settings import equal
from .settings import holds
from .settings import is_given
from .settings import is_set
from .settings import is_true
from .settings import off
from .settings import one_of
from .settings import setting

_KEY = "a KMS key"

AT_REST: Settings = {
    # AWS: databases and caches
    "aws_db_instance": (setting("storage_encrypted"),),
    "aws_rds_cluster": (setting("storage_encrypted"),),
    "aws_rds_global_cluster": (setting("storage_encrypted"),),
    "aws_db_cluster_snapshot": (setting("storage_encrypted"),),
    "aws_docdb_cluster": (setting("storage_encrypted"),),
    "aws_docdb_global_cluster": (setting("storage_encrypted"),),
    "aws_neptune_cluster": (setting("storage_encrypted"),),
    "aws_neptune_cluster_snapshot": (setting("storage_encrypted"),),
    "aws_redshift_cluster": (setting("encrypted"),),
    "aws_dax_cluster": (setting("server_side_encryption.enabled"),),
    "aws_elasticache_replication_group": (setting("at_rest_encryption_enabled"),),
    "aws_elasticsearch_domain": (setting("encrypt_at_rest.enabled"),),
    "aws_opensearch_domain": (setting("encrypt_at_rest.enabled"),),
    "aws_appsync_api_cache": (setting("at_rest_encryption_enabled"),),
    # AWS: disks and files
    "aws_ebs_volume": (setting("encrypted"),),
    "aws_ebs_encryption_by_default": (setting("enabled", absent=True),),
    "aws_efs_file_system": (setting("encrypted"),),
    "aws_ami": (setting("ebs_block_device.encrypted", absent=True, each=True),),
    "aws_ami_copy": (setting("encrypted"),),
    "aws_instance": (setting("root_block_device.encrypted", each=True), setting("ebs_block_device.encrypted", absent=True, each=True)),
    "aws_launch_configuration": (
        setting("root_block_device.encrypted", each=True),
        setting("ebs_block_device.encrypted", absent=True, each=True),
    ),
    "aws_launch_template": (setting("block_device_mappings.ebs.encrypted", absent=True, each=True),),
    "aws_spot_instance_request": (
        setting("root_block_device.encrypted", each=True),
        setting("ebs_block_device.encrypted", absent=True, each=True),
    ),
    "aws_imagebuilder_image_recipe": (setting("encrypted", within="block_device_mapping.ebs"),),
    "aws_dlm_lifecycle_policy": (
        setting("encryption_configuration.encrypted", within="policy_details.action.cross_region_copy"),
        setting("encrypted", within="policy_details.schedule.cross_region_copy_rule"),
    ),
    "aws_workspaces_workspace": (setting("root_volume_encryption_enabled"), setting("user_volume_encryption_enabled")),
    # AWS: streams and messages
    "aws_msk_cluster": (setting("encryption_info.encryption_at_rest_kms_key_arn", _KEY, is_set),),
    "aws_kinesis_stream": (equal("encryption_type", "KMS"),),
    "aws_kinesis_firehose_delivery_stream": (setting("server_side_encryption.enabled"),),
    "aws_sns_topic": (setting("kms_master_key_id", _KEY, is_set),),
    "aws_sqs_queue": (setting("sqs_managed_sse_enabled", absent=True),),
    # AWS: analytics, builds and caches of answers
    "aws_api_gateway_method_settings": (setting("settings.cache_data_encrypted"),),
    "aws_codebuild_project": (
        off("encryption_disabled", absent=True, within="artifacts"),
        off("encryption_disabled", absent=True, within="secondary_artifacts"),
        off("encryption_disabled", absent=True, within="logs_config.s3_logs"),
    ),
    "aws_emr_security_configuration": (),  # see `unencrypted_parts`
    "aws_glue_data_catalog_encryption_settings": (
        equal("data_catalog_encryption_settings.encryption_at_rest.catalog_encryption_mode", "SSE-KMS", "SSE-KMS-WITH-SERVICE-ROLE"),
        setting("data_catalog_encryption_settings.connection_password_encryption.return_connection_password_encrypted"),
    ),
    "aws_glue_security_configuration": (
        setting("encryption_configuration.cloudwatch_encryption.cloudwatch_encryption_mode", '"SSE-KMS"', one_of("SSE-KMS")),
        setting("encryption_configuration.job_bookmarks_encryption.job_bookmarks_encryption_mode", '"CSE-KMS"', one_of("CSE-KMS")),
        setting("encryption_configuration.s3_encryption.s3_encryption_mode", '"SSE-KMS" or "SSE-S3"', one_of("SSE-KMS", "SSE-S3")),
    ),
    # AWS: registry modules
    "terraform-aws-modules/rds/aws": (setting("storage_encrypted", absent=True),),
    "terraform-aws-modules/rds-aurora/aws": (setting("storage_encrypted", absent=True),),
    "terraform-aws-modules/efs/aws": (setting("encrypted", absent=True),),
    "terraform-aws-modules/elasticache/aws": (setting("at_rest_encryption_enabled", absent=True),),
    "terraform-aws-modules/sqs/aws": (setting("sqs_managed_sse_enabled", absent=True),),
    # Azure; Google encrypts everything by default
    "azurerm_managed_disk": (setting("encryption_settings.enabled", absent=True),),
    "azurerm_data_lake_store": (equal("encryption_state", "Enabled", absent=True),),
    "azurerm_kusto_cluster": (setting("disk_encryption_enabled|enable_disk_encryption", "disk_encryption_enabled = true"),),
    "azurerm_synapse_sql_pool": (setting("data_encrypted"),),
}

# encrypted with a key of the provider unless told otherwise
BY_DEFAULT: Settings = {
    "aws_dynamodb_table": (setting("server_side_encryption.enabled"),),
    "aws_sqs_queue": (setting("sqs_managed_sse_enabled"),),
}


def inherits_encryption(block: Block) -> bool:
    """Whether another resource decides: an Aurora instance its cluster, a replica its source, a queue its key."""
    if block.type == "aws_db_instance":
        return is_given(block.get("replicate_source_db"))
    if block.type in ("aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster"):
        mode = block.get("engine_mode")
        return mode is not None and bool(mode == "serverless")
    if block.type == "aws_sqs_queue":
        return is_given(block.get("kms_master_key_id"))
    if block.type == "aws_api_gateway_method_settings":  # nothing is kept without a cache
        cached = block.get("settings", "caching_enabled")
        return cached is None or not holds(cached, is_true)
    return block.type in _DISKS and _encrypted_by_account(block)


_DISKS = ("aws_ebs_volume", "aws_instance", "aws_launch_configuration", "aws_launch_template", "aws_spot_instance_request")


def unencrypted_part(block: Block) -> str:
    """What the JSON of an EMR security configuration leaves unencrypted at rest."""
    if block.type != "aws_emr_security_configuration":
        return ""
    wanted = within(document(block.get("configuration"), block.at("configuration")), "EncryptionConfiguration")
    if within(wanted, "EnableAtRestEncryption") is not True:
        return "EnableAtRestEncryption is not true"
    if not within(wanted, "AtRestEncryptionConfiguration", "LocalDiskEncryptionConfiguration", "EncryptionKeyProviderType"):
        return "LocalDiskEncryptionConfiguration names no EncryptionKeyProviderType"
    return ""


def _encrypted_by_account(block: Block) -> bool:
    """Whether the project switches the encryption of every new EBS volume on."""
    for module in (*modules(block.module.project), *block.module.root.tree):  # the latter may be those of a plan
        for default in module.resources("aws_ebs_encryption_by_default"):
            if holds(default.get("enabled"), is_true, absent=True):
                return True
    return False
