"""What each service is told so that nobody can read along: TLS at all, its version, and no public address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...model import Span
from .blocks import Block
from .settings import Settings
from .settings import holds
from .settings import is_false
from .settings import is_set
from .settings import is_true
from .settings import one_of
from .settings import setting

_HTTPS_VIEWERS = ('viewer_protocol_policy = "redirect-to-https"', one_of("redirect-to-https", "https-only"))
_CLOUDFRONT = (
    setting("default_cache_behavior.viewer_protocol_policy", *_HTTPS_VIEWERS),
    setting("ordered_cache_behavior.viewer_protocol_policy", *_HTTPS_VIEWERS, absent=True, each=True),
)
_SEARCH = (setting("domain_endpoint_options.enforce_https", absent=False),)
_HTTPS_ONLY = (setting("https_only"),)
_SSL = (setting("ssl_enforcement_enabled"),)

IN_TRANSIT: Settings = {
    "aws_cloudfront_distribution": _CLOUDFRONT,
    "aws_elasticache_replication_group": (setting("transit_encryption_enabled"),),
    "aws_memorydb_cluster": (setting("tls_enabled", absent=True),),
    "aws_dax_cluster": (setting("cluster_endpoint_encryption_type", 'cluster_endpoint_encryption_type = "TLS"', one_of("TLS")),),
    "aws_appsync_api_cache": (setting("transit_encryption_enabled"),),
    "aws_msk_cluster": (
        setting("encryption_info.encryption_in_transit.client_broker", 'client_broker = "TLS"', one_of("TLS"), absent=True),
    ),
    "aws_elasticsearch_domain": _SEARCH,
    "aws_opensearch_domain": _SEARCH,
    "aws_cloudsearch_domain": (setting("endpoint_options.enforce_https"),),
    "aws_ecs_task_definition": (
        setting("volume.efs_volume_configuration.transit_encryption", 'transit_encryption = "ENABLED"', one_of("ENABLED")),
    ),
    "aws_db_parameter_group": (),  # see `aws_parameters.accepts_plain`
    "aws_rds_cluster_parameter_group": (),
    "aws_docdb_cluster_parameter_group": (),
    "aws_redshift_parameter_group": (),
    "aws_elb": (),  # see `plain_listeners`
    "aws_emr_security_configuration": (),
    "aws_dms_endpoint": (setting("ssl_mode", 'ssl_mode = "require"', one_of("require", "verify-ca", "verify-full")),),
    "aws_transfer_server": (setting("protocols", 'no "FTP"', lambda value: "FTP" not in value, absent=True),),
    "terraform-aws-modules/elasticache/aws": (setting("transit_encryption_enabled", absent=True),),
    "google_sql_database_instance": (),
    "google_redis_instance": (
        setting("transit_encryption_mode", 'transit_encryption_mode = "SERVER_AUTHENTICATION"', one_of("SERVER_AUTHENTICATION")),
    ),
    "azurerm_storage_account": (setting("https_traffic_only_enabled|enable_https_traffic_only", absent=True),),
    "azurerm_postgresql_server": _SSL,
    "azurerm_mysql_server": _SSL,
    "azurerm_mariadb_server": _SSL,
    "azurerm_app_service": _HTTPS_ONLY,
    "azurerm_linux_web_app": _HTTPS_ONLY,
    "azurerm_windows_web_app": _HTTPS_ONLY,
    "azurerm_app_service_slot": _HTTPS_ONLY,
    "azurerm_linux_web_app_slot": _HTTPS_ONLY,
    "azurerm_windows_web_app_slot": _HTTPS_ONLY,
    "azurerm_function_app": _HTTPS_ONLY,
    "azurerm_function_app_slot": _HTTPS_ONLY,
    "azurerm_linux_function_app": _HTTPS_ONLY,
    "azurerm_linux_function_app_slot": _HTTPS_ONLY,
    "azurerm_windows_function_app": _HTTPS_ONLY,
    "azurerm_windows_function_app_slot": _HTTPS_ONLY,
    "azurerm_application_gateway": (setting("http_listener.protocol", 'protocol = "Https"', one_of("Https"), absent=True),),
    "azurerm_api_management_backend": (setting("url", "a https:// address", lambda value: str(value).startswith("https://")),),
    "azurerm_cdn_endpoint": (setting("is_http_allowed", "is_http_allowed = false", is_false),),
    "azurerm_spring_cloud_api_portal": (setting("https_only_enabled"),),
    "azurerm_redis_cache": (setting("non_ssl_port_enabled|enable_non_ssl_port", "non_ssl_port_enabled = false", is_false, absent=True),),
}


def plain_listeners(balancer: Block) -> Iterator[tuple[str, Span]]:
    """The listeners of a classic load balancer that speak HTTP, or TLS without a certificate; TCP passes anything on."""
    for listener in balancer.blocks("listener"):
        protocol = str(listener.get("lb_protocol")).lower()
        if protocol == "http":
            yield "the listener speaks plain HTTP", listener.at("lb_protocol")
        elif protocol in ("https", "ssl") and not holds(listener.get("ssl_certificate_id"), is_set):
            yield "the listener has no certificate", listener.at("ssl_certificate_id")


# between the nodes of a cluster, beyond what clients see
BETWEEN_NODES: Settings = {
    "aws_elasticsearch_domain": (setting("node_to_node_encryption.enabled"),),
    "aws_opensearch_domain": (setting("node_to_node_encryption.enabled"),),
    "aws_msk_cluster": (setting("encryption_info.encryption_in_transit.in_cluster", absent=True),),
    "aws_sagemaker_data_quality_job_definition": (setting("network_config.enable_inter_container_traffic_encryption"),),
}

_AZURE_TLS = ('"1.2"', one_of("1.2", "1.3", "TLS1_2", "TLS1_3", "TLS12"))
_SITE = (setting("site_config.minimum_tls_version|min_tls_version", *_AZURE_TLS, absent=True),)
_SEARCH_TLS = (
    setting(
        "domain_endpoint_options.tls_security_policy",
        "Policy-Min-TLS-1-2-2019-07",
        one_of("Policy-Min-TLS-1-2-2019-07", "Policy-Min-TLS-1-2-PFS-2023-10"),
    ),
)


def _listener_policy(value: object) -> bool:
    text = str(value)
    return text.startswith(
        ("ELBSecurityPolicy-TLS13-1-2", "ELBSecurityPolicy-TLS13-1-3", "ELBSecurityPolicy-FS-1-2", "ELBSecurityPolicy-TLS-1-2")
    )


def _gateway_policy(value: object) -> bool:
    return str(value).startswith(
        ("TLS_1_2", "SecurityPolicy_TLS12", "SecurityPolicy_TLS13_1_2", "SecurityPolicy_TLS13_1_3", "SecurityPolicy_TLS13_2025")
    )


def _transfer_policy(value: object) -> bool:
    """The policies of 2018 and 2020 still take SHA-1 and old key exchanges."""
    year = re.search(r"-(20\d\d)-", str(value))
    return year is not None and int(year[1]) >= 2022


def old_negotiation(policy: Block) -> Iterator[tuple[str, Span]]:
    """What a policy of a classic load balancer takes of old protocols, and where."""
    for attribute in policy.blocks("policy_attribute"):
        name, value = attribute.get("name"), attribute.get("value")
        if name == "Reference-Security-Policy" and not holds(value, lambda given: "TLS-1-2" in str(given)):
            yield str(value), attribute.at("value")
        elif name in _OLD_PROTOCOLS and holds(value, is_true):
            yield str(name), attribute.at("value")


_OLD_PROTOCOLS = ("Protocol-SSLv2", "Protocol-SSLv3", "Protocol-TLSv1", "Protocol-TLSv1.1")

MODERN_TLS: Settings = {
    "aws_cloudfront_distribution": (
        setting(
            "viewer_certificate.minimum_protocol_version",
            'minimum_protocol_version = "TLSv1.2_2021"',
            one_of("TLSv1.2_2018", "TLSv1.2_2019", "TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"),
        ),
    ),
    "aws_api_gateway_domain_name": (setting("security_policy", 'security_policy = "TLS_1_2"', _gateway_policy),),
    "aws_apigatewayv2_domain_name": (
        setting("domain_name_configuration.security_policy", 'security_policy = "TLS_1_2"', one_of("TLS_1_2")),
    ),
    "aws_elasticsearch_domain": _SEARCH_TLS,
    "aws_opensearch_domain": _SEARCH_TLS,
    "aws_cloudsearch_domain": (
        setting("endpoint_options.tls_security_policy", "Policy-Min-TLS-1-2-2019-07", one_of("Policy-Min-TLS-1-2-2019-07")),
    ),
    "aws_load_balancer_policy": (),  # see `old_negotiation`
    "aws_transfer_server": (setting("security_policy_name", "TransferSecurityPolicy-2024-01", _transfer_policy),),
    "aws_lb_listener": (setting("ssl_policy", "ELBSecurityPolicy-TLS13-1-2-2021-06", _listener_policy),),
    "aws_alb_listener": (setting("ssl_policy", "ELBSecurityPolicy-TLS13-1-2-2021-06", _listener_policy),),
    "google_compute_ssl_policy": (setting("min_tls_version", 'min_tls_version = "TLS_1_2"', one_of("TLS_1_2")),),
    "azurerm_storage_account": (setting("min_tls_version", *_AZURE_TLS, absent=True),),
    "azurerm_mssql_server": (setting("minimum_tls_version", *_AZURE_TLS, absent=True),),
    "azurerm_mysql_server": (setting("ssl_minimal_tls_version_enforced", *_AZURE_TLS, absent=True),),
    "azurerm_mariadb_server": (setting("ssl_minimal_tls_version_enforced", *_AZURE_TLS, absent=True),),
    "azurerm_cdn_endpoint_custom_domain": (
        setting("cdn_managed_https.tls_version", *_AZURE_TLS, absent=True),
        setting("user_managed_https.tls_version", *_AZURE_TLS, absent=True),
    ),
    "azurerm_api_management": tuple(
        setting(f"security.{side}_{version}|enable_{side}_{old}", "no TLS below 1.2", is_false, absent=True)
        for side in ("frontend", "backend")
        for version, old in (("ssl30_enabled", "ssl30"), ("tls10_enabled", "tls10"), ("tls11_enabled", "tls11"))
    ),
    "azurerm_postgresql_server": (setting("ssl_minimal_tls_version_enforced", *_AZURE_TLS, absent=True),),
    "azurerm_redis_cache": (setting("minimum_tls_version", *_AZURE_TLS),),
    "azurerm_servicebus_namespace": (setting("minimum_tls_version", *_AZURE_TLS, absent=True),),
    "azurerm_eventhub_namespace": (setting("minimum_tls_version", *_AZURE_TLS, absent=True),),
    "azurerm_app_service": _SITE,
    "azurerm_linux_web_app": _SITE,
    "azurerm_windows_web_app": _SITE,
    "azurerm_app_service_slot": _SITE,
    "azurerm_function_app": _SITE,
    "azurerm_linux_function_app": _SITE,
    "azurerm_windows_function_app": _SITE,
    "azurerm_function_app_slot": _SITE,
    "azurerm_linux_function_app_slot": _SITE,
    "azurerm_windows_function_app_slot": _SITE,
}

_HIDDEN = (setting("publicly_accessible", "publicly_accessible = false", is_false, absent=True),)
_NO_ADDRESS = (setting("associate_public_ip_address", "associate_public_ip_address = false", is_false, absent=True),)
_IN_VPC = (setting("vpc_options.subnet_ids", "a vpc_options block", is_set),)
_AZURE_DATA = (setting("public_network_access_enabled", "public_network_access_enabled = false", is_false),)

PRIVATE: Settings = {
    "aws_db_instance": _HIDDEN,
    "aws_rds_cluster_instance": _HIDDEN,
    "aws_neptune_cluster_instance": _HIDDEN,
    "aws_dms_replication_instance": _HIDDEN,
    "aws_mq_broker": _HIDDEN,
    "aws_redshift_cluster": (setting("publicly_accessible", "publicly_accessible = false", is_false, absent=None),),
    "aws_instance": _NO_ADDRESS,
    "aws_launch_configuration": _NO_ADDRESS,
    "aws_launch_template": (
        setting("network_interfaces.associate_public_ip_address", "associate_public_ip_address = false", is_false, absent=True),
    ),
    "aws_msk_cluster": (
        setting("broker_node_group_info.connectivity_info.public_access.type", 'type = "DISABLED"', one_of("DISABLED"), absent=True),
    ),
    "aws_ecs_service": (setting("network_configuration.assign_public_ip", "assign_public_ip = false", is_false, absent=True),),
    "aws_emr_block_public_access_configuration": (setting("block_public_security_group_rules"),),
    "aws_mwaa_environment": (
        setting("webserver_access_mode", 'webserver_access_mode = "PRIVATE_ONLY"', one_of("PRIVATE_ONLY"), absent=True),
    ),
    "aws_sagemaker_notebook_instance": (setting("direct_internet_access", 'direct_internet_access = "Disabled"', one_of("Disabled")),),
    "aws_transfer_server": (setting("endpoint_type", 'endpoint_type = "VPC"', one_of("VPC", "VPC_ENDPOINT")),),
    "aws_elasticsearch_domain": _IN_VPC,
    "aws_opensearch_domain": _IN_VPC,
    "aws_eks_cluster": (),
    "terraform-aws-modules/rds/aws": _HIDDEN,
    "terraform-aws-modules/eks/aws": (),
    "google_container_cluster": (setting("private_cluster_config.enable_private_nodes"),),
    "google_sql_database_instance": (setting("settings.ip_configuration.ipv4_enabled", "ipv4_enabled = false", is_false),),
    "google_compute_instance": (),
    "google_compute_instance_template": (),
    "azurerm_kubernetes_cluster": (),
    "azurerm_postgresql_server": _AZURE_DATA,
    "azurerm_mysql_server": _AZURE_DATA,
    "azurerm_mariadb_server": _AZURE_DATA,
    "azurerm_mssql_server": _AZURE_DATA,
    "azurerm_cosmosdb_account": _AZURE_DATA,
    "azurerm_redis_cache": _AZURE_DATA,
}
