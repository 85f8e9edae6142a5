"""Web applications, functions, gateways and registries of Google Cloud and Azure.

Defaults are those of the providers google 6 and azurerm 4.
"""

from __future__ import annotations

from typing import Any

from .settings import Settings
from .settings import at_least
from .settings import equal
from .settings import is_set
from .settings import off
from .settings import one_of
from .settings import setting

WEB = ("azurerm_app_service", "azurerm_linux_web_app", "azurerm_windows_web_app")
WEB_SLOTS = ("azurerm_app_service_slot", "azurerm_linux_web_app_slot", "azurerm_windows_web_app_slot")
FUNCTIONS = ("azurerm_function_app", "azurerm_linux_function_app", "azurerm_windows_function_app")
FUNCTION_SLOTS = ("azurerm_function_app_slot", "azurerm_linux_function_app_slot", "azurerm_windows_function_app_slot")
APPLICATIONS = (*WEB, *WEB_SLOTS, *FUNCTIONS, *FUNCTION_SLOTS)


def _of(types: tuple[str, ...], *settings: Any) -> dict[str, tuple[Any, ...]]:
    return dict.fromkeys(types, settings)


def _not_everybody(origins: Any) -> bool:
    return "*" not in origins if isinstance(origins, list) else bool(origins != "*")


_old = ("azurerm_app_service", "azurerm_app_service_slot", "azurerm_function_app", "azurerm_function_app_slot")
_new = tuple(type for type in APPLICATIONS if type not in _old)

FTP: Settings = {
    **_of(_old, setting("site_config.ftps_state", 'ftps_state = "FtpsOnly" or "Disabled"', one_of("FtpsOnly", "Disabled"))),
    **_of(_new, setting("site_config.ftps_state", 'ftps_state = "FtpsOnly" or "Disabled"', one_of("FtpsOnly", "Disabled"), absent=True)),
}
DEBUGGING: Settings = _of(APPLICATIONS, off("site_config.remote_debugging_enabled", absent=True))
CORS: Settings = {
    **_of(APPLICATIONS, setting("site_config.cors.allowed_origins", "the origins that need it", _not_everybody, absent=True)),
    "aws_lambda_function_url": (setting("cors.allow_origins", "the origins that need it", _not_everybody, absent=True),),
    "aws_apigatewayv2_api": (setting("cors_configuration.allow_origins", "the origins that need it", _not_everybody, absent=True),),
}
HTTP2: Settings = _of(APPLICATIONS, setting("site_config.http2_enabled"))
HEALTH: Settings = _of((*WEB, *WEB_SLOTS), setting("site_config.health_check_path", "a health_check_path", is_set))
ALWAYS_ON: Settings = {
    **_of(("azurerm_app_service", "azurerm_app_service_slot"), setting("site_config.always_on")),
    **_of(("azurerm_linux_web_app", "azurerm_windows_web_app", *WEB_SLOTS[1:]), setting("site_config.always_on", absent=True)),
}
APP_LOGS: Settings = {
    **_of(FUNCTIONS[:1] + FUNCTION_SLOTS[:1], setting("enable_builtin_logging", absent=True)),
    **_of(FUNCTIONS[1:] + FUNCTION_SLOTS[1:], setting("builtin_logging_enabled", absent=True)),
}

SEVERAL_WORKERS: Settings = {"azurerm_service_plan": (setting("worker_count", "two or more workers", at_least(2)),)}


def _not_shared(sku: Any) -> bool:
    return not one_of("F1", "D1", "B1", "B2", "B3", "Free", "Shared", "Basic")(sku)


WITH_SLA: Settings = {
    "azurerm_app_configuration": (setting("sku", 'sku = "standard"', lambda value: str(value).lower() in ("standard", "premium")),),
    "azurerm_kubernetes_cluster": (equal("sku_tier", "Standard", "Premium", "Paid"),),
    "azurerm_kusto_cluster": (
        setting("sku.name", "a SKU that is not for development", lambda value: not str(value).startswith("Dev(No SLA)")),
    ),
    "azurerm_redis_cache": (equal("sku_name", "Standard", "Premium"),),
    "azurerm_search_service": (setting("replica_count", "two or more replicas", at_least(2)),),
    "azurerm_service_plan": (setting("sku_name", "a Standard or Premium SKU", _not_shared),),
    "azurerm_signalr_service": (setting("sku.name", "a Standard or Premium SKU", lambda value: not str(value).startswith("Free")),),
    "azurerm_web_pubsub": (setting("sku", "a Standard or Premium SKU", lambda value: not str(value).startswith("Free")),),
}

_STATE = (
    setting("policy_settings.enabled", absent=True),
    equal("policy_settings.mode", "Prevention", absent=True),
)
WAF_MODE: Settings = {
    "azurerm_web_application_firewall_policy": _STATE,
    "azurerm_frontdoor_firewall_policy": (
        setting("enabled", absent=True),
        equal("mode", "Prevention", absent=True),
    ),
    "azurerm_cdn_frontdoor_firewall_policy": (
        setting("enabled", absent=True),
        equal("mode", "Prevention"),
    ),
}

IDS: Settings = {
    "azurerm_firewall": (equal("threat_intel_mode", "Deny"),),
    "azurerm_firewall_policy": (equal("intrusion_detection.mode", "Deny"),),
}

SIGNED_IMAGES: Settings = {"azurerm_container_registry": (setting("trust_policy_enabled|trust_policy", "trust_policy_enabled = true"),)}

INGRESS: Settings = {
    type: (
        setting(
            path,
            'ingress_settings = "ALLOW_INTERNAL_ONLY" or "ALLOW_INTERNAL_AND_GCLB"',
            one_of("ALLOW_INTERNAL_ONLY", "ALLOW_INTERNAL_AND_GCLB"),
        ),
    )
    for type, path in (
        ("google_cloudfunctions_function", "ingress_settings"),
        ("google_cloudfunctions2_function", "service_config.ingress_settings"),
    )
}
