"""Who did what in the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.cluster import blocks
from pytest_readiness.formats.kubernetes.cluster import clusters
from pytest_readiness.formats.kubernetes.cluster import components
from pytest_readiness.formats.kubernetes.cluster import has_cluster
from pytest_readiness.formats.kubernetes.cluster import kubeadm_argument
from pytest_readiness.formats.kubernetes.cluster import objects
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import items
from pytest_readiness.formats.kubernetes.objects import mappings
from pytest_readiness.formats.kubernetes.programs import flag

FLAGS = ("audit-log-path", "audit-policy-file", "audit-webhook-config-file")
EKS = (("aws_eks_cluster", "enabled_cluster_log_types"), ("terraform-aws-modules/eks/aws", "enabled_log_types"))


def writes(policy: Object) -> bool:
    return any(entry.get("level") not in (None, "None") for entry in mappings(policy.get("rules")))


def is_logged(project: Project) -> bool:
    """Whether anything of the project makes an API server write an audit log."""
    if any(flag(server, name) is not None for server in components(project, "kube-apiserver") for name in FLAGS):
        return True
    for thing in objects(project, "kubeadm.k8s.io/ClusterConfiguration"):
        if any(kubeadm_argument(thing, name) is not None for name in FLAGS):
            return True
    for thing in objects(project, "eksctl.io/ClusterConfig"):
        if any(type in ("audit", "all", "*") for type in items(thing.get("cloudWatch", "clusterLogging", "enableTypes"))):
            return True
    for type, name in EKS:
        for block in blocks(project, type):
            types = block.get(name)
            if "audit" in types if types is not None else type != "aws_eks_cluster":
                return True  # the module logs them where nothing is said
    if any(block.get("logging_service") != "none" for block in blocks(project, "google_container_cluster")):
        return True
    return any(blocks(project, "azurerm_kubernetes_cluster")) and any(blocks(project, "azurerm_monitor_diagnostic_setting"))


@rule(
    "k8s.audit-policy",
    P0,
    on="k8s.repository",
    when=has_cluster,
    category="Security & Compliance",
    remedy="give the API server an audit policy, or switch on the audit log of the managed control plane",
    standards=("NSA/CISA Kubernetes Hardening Guide",),
    effort="2h",
)
def check(repository: Resource, project: Project) -> Iterator[Finding]:
    """The API server of a cluster that is defined here writes an audit log.

    After an incident this log alone says who read which secret and who changed what. A policy whose rules all have the
    level `None` writes nothing. Where another repository does this, set the option `kept_elsewhere`.

    ```yaml bad
    apiVersion: kubeadm.k8s.io/v1beta3
    kind: ClusterConfiguration
    metadata:
      name: main  # <--
    apiServer: {extraArgs: {profiling: "false"}}
    ```
    ```yaml bad
    apiVersion: eksctl.io/v1alpha5
    kind: ClusterConfig
    metadata: {name: main}
    ---
    apiVersion: audit.k8s.io/v1
    kind: Policy
    rules:  # <-- writes nothing
      - level: None
    ```
    ```yaml good
    apiVersion: kubeadm.k8s.io/v1beta4
    kind: ClusterConfiguration
    apiServer: {extraArgs: [{name: audit-log-path, value: /var/log/audit.log}]}
    ---
    apiVersion: audit.k8s.io/v1
    kind: Policy
    rules: [{level: None, users: ["system:kube-proxy"]}, {level: Metadata}]
    ```
    """
    policies = list(objects(project, "audit.k8s.io/Policy"))
    if any(map(writes, policies)):
        return
    for policy in policies:
        yield repository.finding("every rule of this audit policy has the level None: nothing is written", policy.at("rules"))
    if not policies and not is_logged(project):
        yield repository.finding("no audit log: nobody can tell who did what in this cluster", clusters(project)[0].span)
