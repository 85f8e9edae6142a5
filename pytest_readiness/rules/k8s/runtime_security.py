"""Somebody watches what runs."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.cluster import blocks
from pytest_readiness.formats.kubernetes.cluster import foundation
from pytest_readiness.formats.kubernetes.cluster import runs
from pytest_readiness.formats.kubernetes.cluster import runs_a_platform

DETECTORS = (
    *("falco", "falco-no-driver", "falco-driver-loader", "tetragon", "tracee", "kubearmor", "kubearmor-operator", "neuvector"),
    *("sysdig", "sysdig-deploy", "sysdig-agent", "kubescape-operator", "aws-guardduty-agent", "twistlock-defender"),
    *("falcon-sensor", "stackrox-secured-cluster-services", "wiz-sensor", "deepfence-agent"),
)


def is_managed(project: Project) -> bool:
    """Whether the cloud watches: GuardDuty's runtime monitoring, Defender for Containers."""
    for feature in blocks(project, "aws_guardduty_detector_feature"):
        if feature.get("name") in ("EKS_RUNTIME_MONITORING", "RUNTIME_MONITORING") and feature.get("status") == "ENABLED":
            return True
    return any(aks.blocks("microsoft_defender") for aks in blocks(project, "azurerm_kubernetes_cluster"))


@rule(
    "k8s.runtime-security",
    P2,
    on="k8s.repository",
    when=runs_a_platform,
    category="Security & Compliance",
    remedy="deploy Falco, Tetragon, Tracee or KubeArmor, or switch on GuardDuty's runtime monitoring",
    effort="1d",
)
def check(repository: Resource, project: Project) -> Iterator[Finding]:
    """A runtime threat detector is deployed.

    A shell in a container or a miner in a pod shows in system calls and nowhere else. What counts is a manifest, a chart,
    an Application or a Terraform resource that deploys it; prose that recommends one does not. Judged where the
    repository runs a cluster; where another one deploys it, set the option `kept_elsewhere`.

    ```yaml bad
    apiVersion: helm.toolkit.fluxcd.io/v2
    kind: HelmRelease
    metadata:
      name: cert-manager  # <--
      namespace: cert-manager
    spec: {chart: {spec: {chart: cert-manager}}}
    ```
    ```markdown with docs/security.md
    We are going to use Falco.
    ```
    ```yaml good
    apiVersion: helm.toolkit.fluxcd.io/v2
    kind: HelmRelease
    metadata: {name: falco, namespace: falco}
    spec: {chart: {spec: {chart: falco}}}
    ```
    """
    if not runs(project, *DETECTORS) and not is_managed(project):
        yield repository.finding("no runtime threat detector is deployed: nobody sees what happens inside a container", foundation(project))
