"""Virtual machines of Google Cloud and Azure: how one logs in, what they boot, what they may do.

Defaults are those of the providers google 6 and azurerm 4.
"""

from __future__ import annotations

from typing import Any

from .blocks import Block
from .settings import Settings
from .settings import off
from .settings import setting


def is_on(value: Any) -> bool:
    """Metadata are texts, written in any case."""
    return str(value).lower() in ("true", "1", "y", "yes")


def is_off(value: Any) -> bool:
    """See `is_on`."""
    return str(value).lower() in ("false", "0", "n", "no")


def is_gke_node(block: Block) -> bool:
    """Whether GKE made the machine, which somebody imported; nobody can change it here."""
    name = block.get("name")
    return block.type == "google_compute_instance" and isinstance(name, str) and name.startswith("gke-")


_INSTANCES = ("google_compute_instance", "google_compute_instance_template", "google_compute_region_instance_template")

KEYS_ONLY: Settings = {
    "azurerm_linux_virtual_machine": (setting("disable_password_authentication", absent=True),),
    "azurerm_linux_virtual_machine_scale_set": (setting("disable_password_authentication", absent=True),),
    "azurerm_virtual_machine": (setting("os_profile_linux_config.disable_password_authentication", absent=True),),
    "azurerm_virtual_machine_scale_set": (setting("os_profile_linux_config.disable_password_authentication", absent=True),),
}

OS_LOGIN: Settings = {
    **{
        type: (setting("metadata.enable-oslogin", 'enable-oslogin = "TRUE"', is_on, absent=True),)
        for type in (*_INSTANCES, "google_compute_instance_from_template")
    },
    "google_compute_project_metadata": (setting("metadata.enable-oslogin", 'enable-oslogin = "TRUE"', is_on),),
}
PROJECT_KEYS: Settings = {
    type: (setting("metadata.block-project-ssh-keys", "block-project-ssh-keys = true", is_on),) for type in _INSTANCES
}
SERIAL_PORT: Settings = {
    type: (setting("metadata.serial-port-enable", "serial-port-enable = false", is_off, absent=True),)
    for type in (*_INSTANCES, "google_compute_instance_from_template")
}

FORWARDING: Settings = {
    **{type: (off("can_ip_forward", absent=True),) for type in (*_INSTANCES, "google_compute_instance_from_template")},
    "azurerm_network_interface": (off("ip_forwarding_enabled|enable_ip_forwarding", absent=True),),
}

_SHIELDED = (
    setting("shielded_instance_config.enable_vtpm", absent=True),
    setting("shielded_instance_config.enable_integrity_monitoring", absent=True),
    setting("shielded_instance_config.enable_secure_boot", absent=True),
)
SHIELDED: Settings = {
    **dict.fromkeys((*_INSTANCES, "google_compute_instance_from_template"), _SHIELDED),
    "google_notebooks_instance": _SHIELDED,
    "google_container_cluster": (setting("enable_shielded_nodes", absent=True),),
    "google_container_node_pool": (
        setting("node_config.shielded_instance_config.enable_secure_boot", absent=True),
        setting("node_config.shielded_instance_config.enable_integrity_monitoring", absent=True),
    ),
}

_AT_HOST = (setting("encryption_at_host_enabled"),)
HOST_ENCRYPTION: Settings = {
    "azurerm_windows_virtual_machine": _AT_HOST,
    "azurerm_linux_virtual_machine": _AT_HOST,
    "azurerm_windows_virtual_machine_scale_set": _AT_HOST,
    "azurerm_linux_virtual_machine_scale_set": _AT_HOST,
    "azurerm_kubernetes_cluster": (setting("default_node_pool.host_encryption_enabled|enable_host_encryption"),),
    "azurerm_kubernetes_cluster_node_pool": (setting("host_encryption_enabled|enable_host_encryption"),),
}

PATCHES: Settings = {
    "azurerm_windows_virtual_machine": (
        setting("automatic_updates_enabled|enable_automatic_updates", "automatic_updates_enabled = true", absent=True),
    ),
    "azurerm_windows_virtual_machine_scale_set": (
        setting("automatic_updates_enabled|enable_automatic_updates", "automatic_updates_enabled = true", absent=True),
    ),
    "azurerm_virtual_machine_scale_set": (setting("automatic_os_upgrade"),),
}
