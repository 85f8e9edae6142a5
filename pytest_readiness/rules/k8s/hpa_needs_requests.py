"""A share needs a whole."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import dig
from pytest_readiness.formats.kubernetes.objects import mappings
from pytest_readiness.formats.kubernetes.relations import containers_of
from pytest_readiness.formats.kubernetes.relations import limit_range_supplies
from pytest_readiness.formats.kubernetes.relations import pods_run_by
from pytest_readiness.formats.kubernetes.relations import targets_of


def utilised(hpa: Object) -> Iterator[tuple[str, str | None]]:
    """Every resource whose utilisation it scales on, and of which container; None for all of them."""
    metrics = mappings(hpa.get("spec", "metrics"))
    if not metrics:
        yield "cpu", None  # of autoscaling/v1, and what no metrics mean
    for metric in metrics:
        for source in ("resource", "containerResource"):
            share = dig(metric, source, "target", "averageUtilization")
            if share is not None or dig(metric, source, "targetAverageUtilization") is not None:
                container = dig(metric, source, "container") if source == "containerResource" else None
                yield str(dig(metric, source, "name")), None if container is None else str(container)


def containers(hpa: Object, project: Project) -> Iterator[Container]:
    for target in targets_of(hpa, project):
        for pod in pods_run_by(target, project):
            yield from containers_of(pod)


@rule(
    "k8s.hpa-needs-requests",
    P1,
    on="k8s.hpa",
    when=lambda hpa, project: any(True for _ in utilised(hpa)) and next(containers(hpa, project), None) is not None,
    category="Performance",
    remedy="set the request in every container of the target, sidecars included",
)
def check(hpa: Object, project: Project) -> Iterator[Finding]:
    """The target of an autoscaler declares the requests that utilisation is a share of.

    Where one container of the pod lacks the request, the sidecar included, the metric has no value and nothing scales. A limit
    counts as the request, and so does what a LimitRange supplies. Absolute targets and custom metrics need none.

    ```yaml bad
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec:
      maxReplicas: 9
      scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
      metrics: [{type: Resource, resource: {name: memory, target: {type: Utilization, averageUtilization: 80}}}]
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      template:
        spec:
          containers:
            - name: web
              image: web:1
              resources: {requests: {cpu: 100m, memory: 128Mi}}
            - name: proxy  # <-- no memory request
              image: proxy:1
              resources: {requests: {cpu: 50m}}
    ```
    ```yaml good
    apiVersion: autoscaling/v1
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec: {maxReplicas: 9, targetCPUUtilizationPercentage: 70, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {template: {spec: {containers: [{name: web, image: "web:1", resources: {requests: {cpu: 100m}}}]}}}
    ```
    """
    for resource, only in dict.fromkeys(utilised(hpa)):
        for container in containers(hpa, project):
            if only is not None and container.own_name != only:
                continue
            written = any(container.amount(section, resource) is not None for section in ("requests", "limits"))
            if not written and not limit_range_supplies(container, "requests", resource, project):
                message = f"{container.name} has no {resource} request, so {resource} utilisation has no value and nothing scales"
                yield hpa.finding(message, container.span)
