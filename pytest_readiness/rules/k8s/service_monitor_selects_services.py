"""A monitor watches something."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.evidence import beside
from pytest_readiness.formats.kubernetes.evidence import in_namespace
from pytest_readiness.formats.kubernetes.evidence import unless_brought
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.relations import service_elsewhere
from pytest_readiness.formats.kubernetes.relations import services_labelled
from pytest_readiness.formats.kubernetes.scopes import SYSTEM_NAMESPACES
from pytest_readiness.formats.kubernetes.selectors import label_selector
from pytest_readiness.formats.kubernetes.world import looks_into


def is_judged(monitor: Object, project: Project) -> bool:
    """Whether Services stand here where it looks, or the ones it means do elsewhere; not those of the cluster itself."""
    spaces = looks_into(monitor)
    if any(isinstance(space, str) and space in SYSTEM_NAMESPACES for space in spaces) or not beside(monitor, project, "Service"):
        return False
    return any(in_namespace(space, monitor, project, "Service") for space in spaces) or service_elsewhere(monitor, project) is not None


@rule(
    "k8s.service-monitor-selects-services",
    P2,
    on="k8s.service-monitor",
    when=is_judged,
    category="Monitoring & Observability",
    remedy="select labels of the Service itself, and name its namespace in namespaceSelector",
    aliases=("kube-linter:dangling-servicemonitor",),
)
def check(monitor: Object, project: Project) -> Iterator[Finding]:
    """A ServiceMonitor finds a Service.

    It selects Services by their own labels, not by those of their pods, and looks only into its own namespace unless
    `namespaceSelector` says otherwise. One that finds nothing is accepted, and the alerts on its metrics never fire. Judged
    where Services stand in the same directory or one beside it, in the chart or overlay.

    ```yaml bad
    apiVersion: monitoring.coreos.com/v1
    kind: ServiceMonitor
    metadata: {name: web}
    spec:
      selector: {matchLabels: {app: web}}  # <-- the Service has no labels
      endpoints: [{port: metrics}]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}, ports: [{name: metrics, port: 9090}]}
    ```
    ```yaml good
    apiVersion: monitoring.coreos.com/v1
    kind: ServiceMonitor
    metadata: {name: web, namespace: monitoring}
    spec:
      namespaceSelector: {matchNames: [shop]}
      selector: {matchLabels: {app: web}}
      endpoints: [{port: metrics}]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web, namespace: shop, labels: {app: web}}
    spec: {selector: {app: web}, ports: [{name: metrics, port: 9090}]}
    ```
    """
    if next(services_labelled(monitor, project), None) is None:
        wanted = label_selector(monitor.get("spec", "selector") or {})
        unless_brought(monitor, f"a Service with {wanted}", project)
        yield monitor.finding(f"no Service where it looks has {wanted}: it watches nothing", monitor.at("spec", "selector"))
