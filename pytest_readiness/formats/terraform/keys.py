"""Data encrypted with keys of one's own, and how long keys and secrets stay valid.

All of these services encrypt with a key of the provider unless they are told otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...model import Finding
from .blocks import Block
from .settings import Settings
from .settings import as_number
from .settings import gaps
from .settings import is_false
from .settings import is_set
from .settings import setting

_PATHS = {
    # Google Cloud
    "google_artifact_registry_repository": "kms_key_name",
    "google_bigquery_dataset": "default_encryption_configuration.kms_key_name",
    "google_bigquery_table": "encryption_configuration.kms_key_name",
    "google_bigtable_instance": "cluster.kms_key_name",
    "google_compute_disk": "disk_encryption_key.kms_key_self_link|raw_key|rsa_encrypted_key",
    "google_compute_instance": "boot_disk.kms_key_self_link|disk_encryption_key_raw",
    "google_dataflow_job": "kms_key_name",
    "google_dataproc_cluster": "cluster_config.encryption_config.kms_key_name",
    "google_document_ai_processor": "kms_key_name",
    "google_document_ai_warehouse_location": "kms_key",
    "google_notebooks_instance": "kms_key",
    "google_notebooks_runtime": "virtual_machine.virtual_machine_config.encryption_config.kms_key",
    "google_pubsub_topic": "kms_key_name",
    "google_spanner_database": "encryption_config.kms_key_name|kms_key_names",
    "google_storage_bucket": "encryption.default_kms_key_name",
    "google_vertex_ai_dataset": "encryption_spec.kms_key_name",
    "google_vertex_ai_endpoint": "encryption_spec.kms_key_name",
    "google_vertex_ai_featurestore": "encryption_spec.kms_key_name",
    "google_vertex_ai_metadata_store": "encryption_spec.kms_key_name",
    "google_vertex_ai_tensorboard": "encryption_spec.kms_key_name",
    "google_workbench_instance": "gce_setup.boot_disk.kms_key",
    # Azure
    "azurerm_app_configuration": "encryption.key_vault_key_identifier",
    "azurerm_batch_account": "key_vault_reference.id",
    "azurerm_cosmosdb_account": "key_vault_key_id",
    "azurerm_kubernetes_cluster": "disk_encryption_set_id",
    "azurerm_managed_disk": "disk_encryption_set_id",
    "azurerm_servicebus_namespace": "customer_managed_key.key_vault_key_id",
    "azurerm_synapse_workspace": "customer_managed_key.key_versionless_id|key_name",
}
OWN_KEY: Settings = {type: (setting(path, "a key of your own", is_set),) for type, path in _PATHS.items()}

# the key of these is named by a resource of its own
_BY_ANOTHER = {
    "azurerm_data_factory": ("azurerm_data_factory_customer_managed_key", "data_factory_id"),
    "azurerm_databricks_workspace": ("azurerm_databricks_workspace_root_dbfs_customer_managed_key", "workspace_id"),
    "azurerm_kusto_cluster": ("azurerm_kusto_cluster_customer_managed_key", "cluster_id"),
    "azurerm_mysql_server": ("azurerm_mysql_server_key", "server_id"),
    "azurerm_postgresql_server": ("azurerm_postgresql_server_key", "server_id"),
    "azurerm_storage_account": ("azurerm_storage_account_customer_managed_key", "storage_account_id"),
}
_WITHIN = {
    "azurerm_data_factory": ("customer_managed_key_id",),
    "azurerm_databricks_workspace": ("customer_managed_key_enabled",),
    "azurerm_storage_account": ("customer_managed_key", "key_vault_key_id"),
}


def has_cloud_key(block: Block) -> bool:
    """Whether the resource belongs to Google Cloud or Azure and may name a key."""
    return block.type in OWN_KEY or block.type in _BY_ANOTHER


def no_cloud_key(block: Block) -> Iterator[Finding]:
    """What such a resource lacks to be encrypted with a key of one's own."""
    why = "at best the provider's key protects it, which everybody with access may use"
    yield from gaps(block, OWN_KEY, why)
    if block.type in _BY_ANOTHER:
        other, by = _BY_ANOTHER[block.type]
        own = block.get(*_WITHIN[block.type]) if block.type in _WITHIN else None
        if (own is None or is_false(own)) and not block.attached((other,), by=by):
            yield block.finding(f"no {other}: {why}")


_EXPIRES = (setting("expiration_date", "an expiration_date", is_set),)
EXPIRES: Settings = {"azurerm_key_vault_key": _EXPIRES, "azurerm_key_vault_secret": _EXPIRES}

PURGE: Settings = {
    "azurerm_key_vault": (
        setting("purge_protection_enabled"),
        setting("soft_delete_retention_days", "7 to 90 days", lambda value: 7 <= as_number(value) <= 90, absent=True),
    ),
    "azurerm_key_vault_managed_hardware_security_module": (setting("purge_protection_enabled"),),
    "azurerm_app_configuration": (setting("purge_protection_enabled"),),
}

DELETED: Settings = {
    "azurerm_key_vault": (setting("soft_delete_enabled", absent=True),),  # azurerm 2; always on since
    "azurerm_storage_account": (
        setting("blob_properties.delete_retention_policy.days", "at least 7 days", lambda value: as_number(value) >= 7, absent=True),
    ),
}

DOUBLE: Settings = {
    "azurerm_storage_account": (setting("infrastructure_encryption_enabled"),),
    "azurerm_postgresql_server": (setting("infrastructure_encryption_enabled"),),
    "azurerm_kusto_cluster": (setting("double_encryption_enabled"),),
    "azurerm_servicebus_namespace": (setting("customer_managed_key.infrastructure_encryption_enabled"),),
}
