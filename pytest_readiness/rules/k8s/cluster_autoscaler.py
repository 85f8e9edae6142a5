"""Nodes come when they are needed."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.cluster import blocks
from pytest_readiness.formats.kubernetes.cluster import clusters
from pytest_readiness.formats.kubernetes.cluster import has_cluster
from pytest_readiness.formats.kubernetes.cluster import objects
from pytest_readiness.formats.kubernetes.cluster import runs

# Terraform: where autoscaling of nodes is switched on, and what must stand there
SWITCHES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("aws_eks_cluster", ("compute_config", "enabled")),
    ("terraform-aws-modules/eks/aws", ("cluster_compute_config", "enabled")),
    ("terraform-aws-modules/eks/aws", ("compute_config", "enabled")),
    ("google_container_cluster", ("cluster_autoscaling", "enabled")),
    ("google_container_cluster", ("enable_autopilot",)),
    ("google_container_node_pool", ("autoscaling", "max_node_count")),
    ("google_container_node_pool", ("autoscaling", "total_max_node_count")),
    ("google_container_cluster", ("node_pool", "autoscaling", "max_node_count")),
    ("azurerm_kubernetes_cluster", ("default_node_pool", "auto_scaling_enabled")),
    ("azurerm_kubernetes_cluster", ("default_node_pool", "enable_auto_scaling")),
    ("azurerm_kubernetes_cluster_node_pool", ("auto_scaling_enabled",)),
    ("azurerm_kubernetes_cluster_node_pool", ("enable_auto_scaling",)),
    ("digitalocean_kubernetes_cluster", ("node_pool", "auto_scale")),
)


@rule(
    "k8s.cluster-autoscaler",
    P2,
    on="k8s.repository",
    when=has_cluster,
    category="Performance",
    remedy="deploy Karpenter or the cluster-autoscaler, or switch on the autoscaling of the node pools",
    effort="1d",
)
def check(repository: Resource, project: Project) -> Iterator[Finding]:
    """A cluster that is defined here gets and gives back nodes by itself.

    An HPA makes pods, not room for them: without a node autoscaler they stay pending exactly when the load comes, and
    the nodes bought for the peak stay all night. Karpenter, the cluster-autoscaler, EKS Auto Mode, Autopilot and node
    pools that scale count. Where another repository does this, set the option `kept_elsewhere`.

    ```yaml bad
    apiVersion: v1
    kind: Namespace
    metadata: {name: shop}
    ```
    ```hcl with infra/main.tf
    resource "aws_eks_cluster" "main" { # <--
      name = "main"
    }
    ```
    ```yaml good
    apiVersion: karpenter.sh/v1
    kind: NodePool
    metadata: {name: default}
    spec: {template: {spec: {}}}
    ```
    ```hcl with infra/main.tf
    resource "aws_eks_cluster" "main" {
      name = "main"
    }
    ```
    """
    if runs(project, "cluster-autoscaler", "karpenter", "cluster-autoscaler-chart"):
        return
    if any(objects(project, "karpenter.sh/NodePool", "karpenter.sh/Provisioner", "autoscaling.openshift.io/ClusterAutoscaler")):
        return
    found = [block.get(*keys) for type, keys in SWITCHES for block in blocks(project, type)]
    if not any(sorted(found, key=is_unknown)):  # what is known is asked first
        yield repository.finding("no autoscaler for the nodes of this cluster: pods stay pending under load", clusters(project)[0].span)
