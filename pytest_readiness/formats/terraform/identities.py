"""As whom services run and who may call them, where a cloud offers more than a shared key.

Defaults are those of the providers google 6 and azurerm 4.
"""

from __future__ import annotations

from ...unknown import is_unknown
from .settings import Settings
from .settings import is_set
from .settings import off
from .settings import setting

_IDENTITY = (
    setting(
        "identity.type", 'an identity block, such as type = "SystemAssigned"', lambda value: is_unknown(value) or bool(str(value).strip())
    ),
)
MANAGED: Settings = dict.fromkeys(
    (
        "azurerm_app_service",
        "azurerm_linux_web_app",
        "azurerm_windows_web_app",
        "azurerm_function_app",
        "azurerm_linux_function_app",
        "azurerm_windows_function_app",
        "azurerm_automation_account",
        "azurerm_cognitive_account",
        "azurerm_container_group",
        "azurerm_data_factory",
        "azurerm_eventgrid_domain",
        "azurerm_eventgrid_topic",
        "azurerm_kusto_cluster",
        "azurerm_recovery_services_vault",
        "azurerm_search_service",
        "azurerm_servicebus_namespace",
        "azurerm_web_pubsub",
    ),
    _IDENTITY,
)

_NO_KEYS = (off("local_auth_enabled|local_authentication_enabled"),)
NO_SHARED_KEYS: Settings = {
    "azurerm_app_configuration": _NO_KEYS,
    "azurerm_cognitive_account": _NO_KEYS,
    "azurerm_eventgrid_domain": _NO_KEYS,
    "azurerm_eventgrid_topic": _NO_KEYS,
    "azurerm_machine_learning_compute_cluster": _NO_KEYS,
    "azurerm_servicebus_namespace": _NO_KEYS,
    "azurerm_cosmosdb_account": (setting("local_authentication_disabled", "local_authentication_disabled = true"),),
    "azurerm_container_registry": (off("admin_enabled", absent=True),),
    "azurerm_storage_account": (off("shared_access_key_enabled"),),
}

CACHE_AUTH: Settings = {"google_redis_instance": (setting("auth_enabled"),)}

_CERTIFICATES = (setting("client_certificate_enabled|client_cert_enabled"),)
CLIENT_CERTIFICATES: Settings = dict.fromkeys(
    (
        "azurerm_app_service",
        "azurerm_linux_web_app",
        "azurerm_windows_web_app",
        "azurerm_linux_function_app",
        "azurerm_windows_function_app",
    ),
    _CERTIFICATES,
) | {"azurerm_api_management": (setting("client_certificate_enabled"),)}


TRUSTED_ISSUERS: Settings = {
    "google_iam_workload_identity_pool_provider": (setting("attribute_condition", "an attribute_condition", is_set),),
}

NETWORK_INJECTED: Settings = {
    "azurerm_synapse_workspace": (setting("managed_virtual_network_enabled"),),
    "azurerm_container_group": (setting("subnet_ids|network_profile_id", "subnet_ids", is_set),),
}
