from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import is_set
from pytest_readiness.formats.terraform.settings import is_true
from pytest_readiness.formats.terraform.settings import setting

REQUIRED = frozenset(("api", "audit", "authenticator"))


def logs(value: object) -> bool:
    return set(value) >= REQUIRED if isinstance(value, list) else bool(value == "all")


def to_cloud_logging(value: object) -> bool:
    return value == "logging.googleapis.com/kubernetes"


WANTED = 'enabled_cluster_log_types = ["api", "audit", "authenticator"]'
LOGGING: Settings = {
    "aws_eks_cluster": (setting("enabled_cluster_log_types", WANTED, logs),),
    "terraform-aws-modules/eks/aws": (
        setting("cluster_enabled_log_types|enabled_log_types", 'enabled_log_types = ["api", "audit", "authenticator"]', logs, absent=True),
    ),
    "google_container_cluster": (
        setting("logging_service", 'logging_service = "logging.googleapis.com/kubernetes"', to_cloud_logging, absent=True),
    ),
    "azurerm_kubernetes_cluster": (setting("oms_agent.log_analytics_workspace_id", "an oms_agent block or a diagnostic setting", is_set),),
}


def is_cluster(block: Block) -> bool:
    old = block.get("addon_profile", "oms_agent", "enabled") if block.type == "azurerm_kubernetes_cluster" else None
    if old is not None and is_true(old):
        return False
    return block.type in LOGGING and not (
        block.type.startswith("azurerm_") and block.attached(("azurerm_monitor_diagnostic_setting",), by="target_resource_id")
    )


@rule(
    "tf.eks-control-plane-logging",
    P0,
    on=("tf.resource", "tf.module-call"),
    when=is_cluster,
    category="Security & Compliance",
    remedy='set enabled_cluster_log_types = ["api", "audit", "authenticator"]',
    aliases=("AWS-0038", "GCP-0060", "AZU-0040"),
    standards=("AWS FSBP EKS.8",),
)
def check(block: Block) -> Iterator[Finding]:
    """The control plane of a managed cluster writes its audit logs.

    Who did what in the cluster can only be answered from the control plane's own logs, and EKS keeps none
    unless it is told to.

    ```hcl good
    resource "aws_eks_cluster" "main" {
      enabled_cluster_log_types = ["api", "audit", "authenticator", "scheduler"]
    }
    ```
    ```hcl bad
    resource "aws_eks_cluster" "main" {    # <--
      name = "main"
    }
    ```
    ```hcl bad
    resource "aws_eks_cluster" "main" {
      enabled_cluster_log_types = ["api"]  # <--
    }
    ```
    ```hcl bad
    resource "google_container_cluster" "main" {
      logging_service = "none"             # <--
    }
    ```
    """
    yield from gaps(block, LOGGING, "nobody can tell who did what in the cluster")
