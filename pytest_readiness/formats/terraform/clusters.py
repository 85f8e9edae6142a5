"""Managed Kubernetes of Google Cloud and Azure: who gets in and as whom, and who keeps the nodes up to date.

Defaults are those of the providers google 6 and azurerm 4; both names are listed where a release renamed an argument.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ...model import Span
from .blocks import Block
from .blocks import Section
from .network import WORLD
from .settings import Settings
from .settings import equal
from .settings import holds
from .settings import is_set
from .settings import is_true
from .settings import off
from .settings import one_of
from .settings import setting
from .settings import shown
from .values import Computed
from .values import PartialText

GKE = "google_container_cluster"
AKS = "azurerm_kubernetes_cluster"


def is_autopilot(cluster: Block) -> bool:
    """Whether Google runs the nodes, with settings that cannot be weakened."""
    value = cluster.get("enable_autopilot")
    return value is not None and is_true(value)


def none_of(*refused: str) -> Any:
    """Anything but some texts."""
    bad = one_of("", *refused)
    return lambda value: not bad(value)


# Kubernetes RBAC decides; the older attribute-based control lets every account of a node pool do everything
RBAC: Settings = {
    GKE: (off("enable_legacy_abac", absent=True),),
    AKS: (
        setting("role_based_access_control_enabled", absent=True),
        setting("role_based_access_control.enabled", absent=True),  # azurerm 2
    ),
}

# credentials that belong to nobody and cannot be taken back one by one
STATIC_CREDENTIALS: Settings = {
    GKE: (
        off("master_auth.client_certificate_config.issue_client_certificate", absent=True),
        setting("master_auth.password", "no password", lambda value: value == "", absent=True),
    ),
    AKS: (setting("local_account_disabled"),),
}

NETWORK_POLICY: Settings = {
    GKE: (setting("network_policy.enabled", "network_policy { enabled = true }, or Dataplane V2"),),
    AKS: (setting("network_profile.network_policy", 'network_policy = "cilium", "calico" or "azure"', is_set),),
}


def enforces_by_itself(cluster: Block) -> bool:
    """Whether network policies work without being switched on: Autopilot and Dataplane V2."""
    if cluster.type != GKE:
        return False
    path = cluster.get("datapath_provider")
    return is_autopilot(cluster) or (path is not None and holds(path, one_of("ADVANCED_DATAPATH")))


UPGRADES: Settings = {
    GKE: (setting("release_channel.channel", "a release channel", none_of("UNSPECIFIED"), absent=True),),
    "google_container_node_pool": (setting("management.auto_upgrade", absent=True),),
    AKS: (setting("automatic_upgrade_channel|automatic_channel_upgrade", 'automatic_upgrade_channel = "patch"', none_of("none")),),
}
REPAIR: Settings = {"google_container_node_pool": (setting("management.auto_repair", absent=True),)}

WORKLOAD_IDENTITY: Settings = {
    GKE: (setting("workload_identity_config.workload_pool|identity_namespace", "a workload_pool", is_set),),
    AKS: (setting("workload_identity_enabled"),),
}

# only the metadata server of GKE keeps the credentials of the node from pods
METADATA: Settings = {
    type: (
        equal("node_config.workload_metadata_config.mode|node_metadata", "GKE_METADATA", "GKE_METADATA_SERVER", "SECURE", absent=True),
        setting("node_config.metadata.disable-legacy-endpoints", "disable-legacy-endpoints = true", absent=True),
    )
    for type in (GKE, "google_container_node_pool")
}

NODE_IMAGES: Settings = {
    type: (
        setting("node_config.image_type", 'image_type = "COS_CONTAINERD"', lambda value: str(value).lower().startswith("cos"), absent=True),
    )
    for type in (GKE, "google_container_node_pool")
}

ADMISSION: Settings = {
    GKE: (
        setting(
            "binary_authorization.evaluation_mode",
            'evaluation_mode = "PROJECT_SINGLETON_POLICY_ENFORCE"',
            none_of("DISABLED", "EVALUATION_MODE_UNSPECIFIED"),
        ),
    ),
    AKS: (setting("azure_policy_enabled|azure_policy"),),
}

# old or experimental parts that nobody should run
LEFTOVERS: Settings = {
    GKE: (off("enable_kubernetes_alpha", absent=True),),
    AKS: (
        off("http_application_routing_enabled", absent=True),
        off("addon_profile.http_application_routing.enabled", absent=True),
        off("addon_profile.kube_dashboard.enabled", absent=True),
    ),
}

MONITORING: Settings = {
    GKE: (equal("monitoring_service", "monitoring.googleapis.com/kubernetes", absent=True),),
}

SPOT: Settings = {
    "google_container_node_pool": (setting("node_config.spot|preemptible"),),
    "azurerm_kubernetes_cluster_node_pool": (equal("priority", "Spot"),),
}

SYSTEM_POOL: Settings = {AKS: (setting("default_node_pool.only_critical_addons_enabled"),)}


def open_api(cluster: Block) -> Iterator[tuple[str, Span]]:
    """How the API server of a GKE cluster is open to everybody, and where."""
    private = cluster.get("private_cluster_config", "enable_private_endpoint")
    if private is not None and holds(private, is_true):
        return
    found = cluster.blocks("master_authorized_networks_config")
    if not found:
        yield "no master_authorized_networks_config: the API server answers everybody", cluster.span
    for networks in found:
        blocks: tuple[Section, ...] = networks.blocks("cidr_blocks")  # type: ignore[assignment]
        for block in blocks:
            if holds(block.get("cidr_block"), lambda cidr: str(cidr) in WORLD):
                yield f"cidr_block is {shown(block.get('cidr_block'))}: the API server answers the whole internet", block.at("cidr_block")


_DEFAULT_ACCOUNT = re.compile(r"(-compute@developer|@appspot)\.gserviceaccount\.com$|^default$")
_DEFAULT_ACCOUNTS = ("data.google_compute_default_service_account.", "data.google_app_engine_default_service_account.")


def is_default_account(value: Any) -> bool:
    """Whether a service account is the one that Google makes with a project, which may edit all of it."""
    if isinstance(value, Computed):
        return bool(value.resource.startswith(_DEFAULT_ACCOUNTS))
    return bool(_DEFAULT_ACCOUNT.search(value.shape if isinstance(value, PartialText) else str(value)))
