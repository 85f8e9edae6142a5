"""What only the network of its owner should reach: data stores, clusters, machines and services with a switch for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...model import Span
from .blocks import Block
from .settings import Settings
from .settings import equal
from .settings import holds
from .settings import is_false
from .settings import is_set
from .settings import off
from .settings import one_of
from .settings import setting


def _never(_: Any) -> bool:
    return False


_HIDDEN = (off("publicly_accessible", absent=True),)
_NO_ADDRESS = (off("associate_public_ip_address", absent=True),)
_NO_ADDRESS_ID = (setting("ip_configuration.public_ip_address_id", "no public address", _never, absent=True),)
_IN_VPC = (setting("vpc_options.subnet_ids", "a vpc_options block", is_set),)
_NO_NETWORK = (off("public_network_access_enabled"),)

PRIVATE: Settings = {
    "aws_db_instance": _HIDDEN,
    "aws_rds_cluster_instance": _HIDDEN,
    "aws_neptune_cluster_instance": _HIDDEN,
    "aws_dms_replication_instance": _HIDDEN,
    "aws_mq_broker": _HIDDEN,
    "aws_redshift_cluster": (off("publicly_accessible", absent=None),),
    "aws_instance": _NO_ADDRESS,
    "aws_launch_configuration": _NO_ADDRESS,
    "aws_launch_template": (off("network_interfaces.associate_public_ip_address", absent=True),),
    "aws_msk_cluster": (equal("broker_node_group_info.connectivity_info.public_access.type", "DISABLED", absent=True),),
    "aws_ecs_service": (off("network_configuration.assign_public_ip", absent=True),),
    "aws_emr_block_public_access_configuration": (setting("block_public_security_group_rules"),),
    "aws_mwaa_environment": (equal("webserver_access_mode", "PRIVATE_ONLY", absent=True),),
    "aws_sagemaker_notebook_instance": (equal("direct_internet_access", "Disabled"),),
    "aws_transfer_server": (equal("endpoint_type", "VPC", "VPC_ENDPOINT"),),
    "aws_elasticsearch_domain": _IN_VPC,
    "aws_opensearch_domain": _IN_VPC,
    "aws_eks_cluster": (),
    "terraform-aws-modules/rds/aws": _HIDDEN,
    "terraform-aws-modules/eks/aws": (),
    "google_container_cluster": (setting("private_cluster_config.enable_private_nodes"),),
    "google_sql_database_instance": (off("settings.ip_configuration.ipv4_enabled"),),
    "google_compute_instance": (),
    "google_compute_instance_template": (),
    "azurerm_kubernetes_cluster": (),
    "azurerm_postgresql_server": _NO_NETWORK,
    "azurerm_mysql_server": _NO_NETWORK,
    "azurerm_mariadb_server": _NO_NETWORK,
    "azurerm_mssql_server": _NO_NETWORK,
    "azurerm_cosmosdb_account": _NO_NETWORK,
    "azurerm_redis_cache": _NO_NETWORK,
    "azurerm_app_configuration": (equal("public_network_access", "Disabled"),),
    "azurerm_automation_account": _NO_NETWORK,
    "azurerm_cognitive_account": _NO_NETWORK,
    "azurerm_container_group": (equal("ip_address_type", "Private", "None"),),
    "azurerm_container_registry": _NO_NETWORK,
    "azurerm_data_factory": (off("public_network_enabled"),),
    "azurerm_databricks_workspace": _NO_NETWORK,
    "azurerm_eventgrid_domain": _NO_NETWORK,
    "azurerm_eventgrid_topic": _NO_NETWORK,
    "azurerm_iothub": _NO_NETWORK,
    "azurerm_network_interface": _NO_ADDRESS_ID,
    "azurerm_search_service": _NO_NETWORK,
    "azurerm_servicebus_namespace": _NO_NETWORK,
    "azurerm_storage_sync": (equal("incoming_traffic_policy", "AllowVirtualNetworksOnly"),),
    "azurerm_key_vault": (),
    "azurerm_storage_account": (),
    "azurerm_storage_account_network_rules": (equal("default_action", "Deny"),),
    "google_cloudbuild_worker_pool": (setting("worker_config.no_external_ip"),),
    "google_data_fusion_instance": (setting("private_instance"),),
    "google_dataflow_job": (equal("ip_configuration", "WORKER_IP_PRIVATE"),),
    "google_dataproc_cluster": (setting("cluster_config.gce_cluster_config.internal_ip_only"),),
    "google_notebooks_instance": (setting("no_public_ip"),),
    "google_notebooks_runtime": (setting("virtual_machine.virtual_machine_config.internal_ip_only"),),
    "google_tpu_v2_vm": (off("network_config.enable_external_ips"),),
    "google_vertex_ai_endpoint": (setting("network", "a network", is_set),),
    "google_vertex_ai_index_endpoint": (off("public_endpoint_enabled", absent=True),),
    "google_workbench_instance": (setting("gce_setup.disable_public_ip"),),
}


def open_account(block: Block) -> Iterator[tuple[str, Span]]:
    """How a storage account or vault of Azure is open to every network, and where."""
    switch = block.get("public_network_access_enabled")
    if block.type not in ("azurerm_storage_account", "azurerm_key_vault") or (switch is not None and holds(switch, is_false)):
        return
    rules = "network_rules" if block.type == "azurerm_storage_account" else "network_acls"
    if block.type == "azurerm_storage_account" and block.attached(("azurerm_storage_account_network_rules",), by="storage_account_id"):
        return  # judged by itself
    if not holds(block.get(rules, "default_action"), one_of("Deny")):
        what = f"{rules} does not deny by default" if block.section.blocks(rules) != () else f"no {rules}"
        yield f"{what}: every network may reach it", block.at(rules, "default_action")
