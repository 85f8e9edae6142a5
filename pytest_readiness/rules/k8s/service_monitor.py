"""What is not scraped is not seen."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import dig
from pytest_readiness.formats.kubernetes.objects import entries
from pytest_readiness.formats.kubernetes.objects import mappings
from pytest_readiness.formats.kubernetes.relations import monitors_of
from pytest_readiness.formats.kubernetes.relations import pod_monitors_of
from pytest_readiness.formats.kubernetes.relations import pods_of
from pytest_readiness.formats.kubernetes.relations import services_of
from pytest_readiness.formats.kubernetes.relations import sure
from pytest_readiness.formats.kubernetes.scopes import SYSTEM_NAMESPACES

SCRAPE = "prometheus.io/scrape"


def selects_pods(service: Object) -> bool:
    type = service.get("spec", "type")
    if service.namespace in SYSTEM_NAMESPACES:
        return False  # of the cluster itself
    return bool(entries(service.get("spec", "selector"))) and (type is None or type != "ExternalName")


def port_of(monitor: Object, service: Object) -> bool:
    """Whether an endpoint of a monitor is a port that the Service has; by name, for a number names nothing there."""
    names = [port.get("name") for port in mappings(service.get("spec", "ports"))]
    for endpoint in mappings(monitor.get("spec", "endpoints")):
        wanted = endpoint.get("port")
        if endpoint.get("targetPort") is not None or (wanted is not None and any(name is not None and name == wanted for name in names)):
            return True
    return False


def is_scraped_otherwise(service: Object, project: Project) -> bool:
    """By annotation, by a PodMonitor, or through another Service of the same pods."""
    if str(service.annotations.get(SCRAPE)).lower() == "true":
        return True
    for pod in sure(pods_of(service, project)):
        scrape = dig(pod.peek("metadata", "annotations"), SCRAPE)
        if (not is_unknown(scrape) and str(scrape).lower() == "true") or next(pod_monitors_of(pod, project), None) is not None:
            return True
        for other in sure(services_of(pod, project)):
            if any(port_of(monitor, other) for monitor in monitors_of(other, project)):
                return True
    return False


@rule(
    "k8s.service-monitor",
    P2,
    on="k8s.service",
    when=selects_pods,
    category="Monitoring & Observability",
    remedy="add a ServiceMonitor that selects the Service's labels and names its metrics port",
    effort="2h",
)
def check(service: Object, project: Project) -> Iterator[Finding]:
    """Every Service is scraped for metrics.

    A ServiceMonitor finds Services by their labels, not by those of their pods, and ports by name, not by number; a mistake in
    either is silent. A PodMonitor, the annotation `prometheus.io/scrape` and another Service of the same pods count as well.

    ```yaml bad
    apiVersion: v1
    kind: Service
    metadata: {name: web, labels: {app: web}}
    spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
    ---
    apiVersion: monitoring.coreos.com/v1
    kind: ServiceMonitor
    metadata: {name: web}
    spec:
      selector: {matchLabels: {app: web}}
      endpoints:  # <-- the Service has no port called metrics
        - port: metrics
    ```
    ```yaml good
    apiVersion: v1
    kind: Service
    metadata: {name: web, labels: {app: web}}
    spec: {selector: {app: web}, ports: [{name: http, port: 80}, {name: metrics, port: 9090}]}
    ---
    apiVersion: monitoring.coreos.com/v1
    kind: ServiceMonitor
    metadata: {name: web, namespace: monitoring}
    spec:
      namespaceSelector: {any: true}
      selector: {matchLabels: {app: web}}
      endpoints: [{port: metrics}]
    ```
    """
    wrong = None
    for monitor in monitors_of(service, project):
        if port_of(monitor, service):
            return
        wrong = monitor
    if is_scraped_otherwise(service, project):
        return
    if wrong is not None:
        yield service.finding(
            f"{wrong.name} selects it, but none of its endpoints is a named port of the Service", wrong.at("spec", "endpoints")
        )
    else:
        yield service.finding("no ServiceMonitor or PodMonitor finds it: nobody sees how it is")
