"""What watches the services is code as well."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import cast

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service
from pytest_readiness.formats.kubernetes.cluster import blocks
from pytest_readiness.formats.kubernetes.cluster import foundation
from pytest_readiness.formats.kubernetes.cluster import objects
from pytest_readiness.formats.kubernetes.cluster import runs
from pytest_readiness.formats.kubernetes.cluster import runs_a_platform

# part -> names of charts and images, kinds of operators, Terraform resources
STACK: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "prometheus": (
        (
            "kube-prometheus-stack",
            "kube-prometheus",
            "prometheus",
            "victoria-metrics-k8s-stack",
            "victoria-metrics-single",
            "mimir-distributed",
        ),
        ("monitoring.coreos.com/Prometheus", "monitoring.coreos.com/PrometheusAgent", "operator.victoriametrics.com/VMSingle"),
        ("aws_prometheus_workspace", "azurerm_monitor_workspace"),
    ),
    "grafana": (
        ("kube-prometheus-stack", "grafana", "grafana-operator", "victoria-metrics-k8s-stack"),
        ("grafana.integreatly.org/Grafana",),
        ("aws_grafana_workspace", "azurerm_dashboard_grafana", "grafana_dashboard"),
    ),
    "alertmanager": (
        (
            "kube-prometheus-stack",
            "kube-prometheus",
            "alertmanager",
            "victoria-metrics-k8s-stack",
            "victoria-metrics-alert",
            "mimir-distributed",
        ),
        ("monitoring.coreos.com/Alertmanager", "operator.victoriametrics.com/VMAlertmanager"),
        ("aws_prometheus_alert_manager_definition",),
    ),
}


def composed(project: Project) -> set[str]:
    """The images of compose services."""
    found = (service.image_name for service in cast("Sequence[Service]", project.resources("compose.service")))
    return {str(name) for name in found if not is_unknown(name)}


@rule(
    "k8s.monitoring-stack-declared",
    P2,
    on="k8s.repository",
    when=runs_a_platform,
    category="Monitoring & Observability",
    remedy="add kube-prometheus-stack, or the missing part",
    effort="1d",
)
def check(
    repository: Resource, project: Project, *, parts: tuple[str, ...] = ("prometheus", "grafana", "alertmanager")
) -> Iterator[Finding]:
    """Prometheus, Grafana and Alertmanager are deployed as code.

    Monitoring that somebody clicked together is gone with the cluster, at the moment when it is needed most. Workloads,
    operators' objects, charts, compose services and managed services in Terraform count; the option `parts` says which
    parts there must be. Judged where the repository runs a cluster; where another one monitors it, set `kept_elsewhere`.

    ```yaml bad
    apiVersion: monitoring.coreos.com/v1
    kind: Prometheus
    metadata: {name: main, namespace: monitoring}
    spec: {replicas: 2}
    ---
    apiVersion: kubeadm.k8s.io/v1beta4
    kind: ClusterConfiguration
    metadata:
      name: main  # <-- no Grafana, no Alertmanager
    ```
    ```yaml good
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: monitoring, namespace: argocd}
    spec: {project: default, source: {chart: kube-prometheus-stack, repoURL: "https://prometheus-community.github.io/helm-charts"}}
    ```
    """
    for part in parts:
        names, kinds, types = STACK.get(part, ((part,), (), ()))
        if runs(project, *names) or any(objects(project, *kinds)) or any(blocks(project, *types)) or composed(project).intersection(names):
            continue
        yield repository.finding(f"no {part} is deployed as code", foundation(project))
