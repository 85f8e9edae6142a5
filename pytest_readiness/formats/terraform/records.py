"""What Google Cloud and Azure record and report: audits, threats, vulnerabilities, and to whom.

Defaults are those of the providers google 6 and azurerm 4.
"""

from __future__ import annotations

from .settings import Settings
from .settings import as_number
from .settings import equal
from .settings import is_set
from .settings import setting

# these are audited by a resource of its own, which names them in an argument
AUDITED_BY = {
    "azurerm_sql_server": (("azurerm_mssql_server_extended_auditing_policy",), "server_id"),
    "azurerm_mssql_server": (("azurerm_mssql_server_extended_auditing_policy",), "server_id"),
    "azurerm_synapse_workspace": (("azurerm_synapse_workspace_extended_auditing_policy",), "synapse_workspace_id"),
}

_NONE_OFF = ("every alert", lambda value: value == [])
THREATS: Settings = {
    "azurerm_mssql_server_security_alert_policy": (
        equal("state", "Enabled"),
        setting("disabled_alerts", *_NONE_OFF, absent=True),
    ),
    "azurerm_mysql_server": (setting("threat_detection_policy.enabled"),),
    "azurerm_postgresql_server": (setting("threat_detection_policy.enabled"),),
    "azurerm_synapse_sql_pool_security_alert_policy": (equal("policy_state", "Enabled"),),
}

SCANS: Settings = {
    "azurerm_mssql_server_vulnerability_assessment": (setting("recurring_scans.enabled"),),
    "azurerm_synapse_workspace_vulnerability_assessment": (setting("recurring_scans.enabled"),),
}

DEFENDER: Settings = {
    "azurerm_security_center_subscription_pricing": (equal("tier", "Standard"),),
}

CONTACT: Settings = {
    "azurerm_security_center_contact": (
        setting("email", "an email address", is_set),
        setting("phone", "a phone number", is_set),
        setting("alert_notifications", absent=True),
        setting("alerts_to_admins", absent=True),
    ),
}

_PERIOD = ("at least 90 days, or 0 for ever", lambda value: as_number(value) == 0 or as_number(value) >= 90)
_YEAR = ("at least 365 days, or 0 for ever", lambda value: as_number(value) == 0 or as_number(value) >= 365)
RETENTION: Settings = {
    "azurerm_network_watcher_flow_log": (setting("retention_policy.enabled"), setting("retention_policy.days", *_PERIOD)),
    "azurerm_monitor_log_profile": (setting("retention_policy.days", *_YEAR),),
    "azurerm_mssql_server_extended_auditing_policy": (setting("retention_in_days", *_PERIOD, absent=True),),
    "azurerm_mssql_database_extended_auditing_policy": (setting("retention_in_days", *_PERIOD, absent=True),),
}

ACTIVITY: Settings = {
    "azurerm_monitor_log_profile": (
        setting(
            "categories",
            'categories = ["Action", "Delete", "Write"]',
            lambda value: isinstance(value, list) and {"Action", "Delete", "Write"} <= set(value),
        ),
    ),
}

UNIFORM: Settings = {"google_storage_bucket": (setting("uniform_bucket_level_access"),)}

PRIVATE_GOOGLE: Settings = {"google_compute_subnetwork": (setting("private_ip_google_access"),)}
PIPELINE_LOGS: Settings = {
    "google_data_fusion_instance": (setting("enable_stackdriver_logging"), setting("enable_stackdriver_monitoring")),
    "google_dialogflow_agent": (setting("enable_logging"),),
    "google_dialogflow_cx_agent": (setting("enable_stackdriver_logging|enable_logging", "enable_stackdriver_logging = true"),),
    "google_dialogflow_cx_webhook": (setting("enable_stackdriver_logging|enable_logging", "enable_stackdriver_logging = true"),),
}
