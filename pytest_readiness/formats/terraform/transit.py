"""What each service is told so that nobody can read along: TLS at all, and its version."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...model import Span
from .blocks import Block
from .services import APPLICATIONS
from .settings import Settings
from .settings import equal
from .settings import holds
from .settings import is_false
from .settings import is_set
from .settings import is_true
from .settings import off
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
    "aws_dax_cluster": (equal("cluster_endpoint_encryption_type", "TLS"),),
    "aws_appsync_api_cache": (setting("transit_encryption_enabled"),),
    "aws_msk_cluster": (equal("encryption_info.encryption_in_transit.client_broker", "TLS", absent=True),),
    "aws_elasticsearch_domain": _SEARCH,
    "aws_opensearch_domain": _SEARCH,
    "aws_cloudsearch_domain": (setting("endpoint_options.enforce_https"),),
    "aws_ecs_task_definition": (equal("volume.efs_volume_configuration.transit_encryption", "ENABLED"),),
    "aws_db_parameter_group": (),  # see `aws_parameters.accepts_plain`
    "aws_rds_cluster_parameter_group": (),
    "aws_docdb_cluster_parameter_group": (),
    "aws_redshift_parameter_group": (),
    "aws_elb": (),  # see `plain_listeners`
    "aws_emr_security_configuration": (),
    "aws_dms_endpoint": (equal("ssl_mode", "require", "verify-ca", "verify-full"),),
    "aws_transfer_server": (setting("protocols", 'no "FTP"', lambda value: "FTP" not in value, absent=True),),
    "terraform-aws-modules/elasticache/aws": (setting("transit_encryption_enabled", absent=True),),
    "google_sql_database_instance": (),
    "google_redis_instance": (equal("transit_encryption_mode", "SERVER_AUTHENTICATION"),),
    "azurerm_storage_account": (setting("https_traffic_only_enabled|enable_https_traffic_only", absent=True),),
    "azurerm_postgresql_server": _SSL,
    "azurerm_mysql_server": _SSL,
    "azurerm_mariadb_server": _SSL,
    **dict.fromkeys(APPLICATIONS, _HTTPS_ONLY),
    "azurerm_application_gateway": (equal("http_listener.protocol", "Https", absent=True),),
    "azurerm_api_management_backend": (setting("url", "a https:// address", lambda value: str(value).startswith("https://")),),
    "azurerm_cdn_endpoint": (off("is_http_allowed"),),
    "azurerm_spring_cloud_api_portal": (setting("https_only_enabled"),),
    "azurerm_redis_cache": (off("non_ssl_port_enabled|enable_non_ssl_port", absent=True),),
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
    "aws_apigatewayv2_domain_name": (equal("domain_name_configuration.security_policy", "TLS_1_2"),),
    "aws_elasticsearch_domain": _SEARCH_TLS,
    "aws_opensearch_domain": _SEARCH_TLS,
    "aws_cloudsearch_domain": (
        setting("endpoint_options.tls_security_policy", "Policy-Min-TLS-1-2-2019-07", one_of("Policy-Min-TLS-1-2-2019-07")),
    ),
    "aws_load_balancer_policy": (),  # see `old_negotiation`
    "aws_transfer_server": (setting("security_policy_name", "TransferSecurityPolicy-2024-01", _transfer_policy),),
    "aws_lb_listener": (setting("ssl_policy", "ELBSecurityPolicy-TLS13-1-2-2021-06", _listener_policy),),
    "aws_alb_listener": (setting("ssl_policy", "ELBSecurityPolicy-TLS13-1-2-2021-06", _listener_policy),),
    "google_compute_ssl_policy": (equal("min_tls_version", "TLS_1_2"),),
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
    **dict.fromkeys(APPLICATIONS, _SITE),
}
