"""It scales before it is full."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import dig
from pytest_readiness.formats.kubernetes.objects import items
from pytest_readiness.formats.kubernetes.objects import whole


@rule(
    "k8s.hpa-metrics",
    P3,
    on="k8s.hpa",
    category="Performance",
    remedy="add metrics with targets of about 70 percent CPU and 80 percent memory",
)
def check(hpa: Object, *, cpu: int = 80, memory: int = 80) -> Iterator[Finding]:
    """An autoscaler says what it scales on and keeps headroom.

    Without metrics it scales on 80 percent CPU whatever the service is bound by. A target close to 100 percent starts new
    pods when the old ones are already full. Custom and external metrics are taken as they are.

    ```yaml bad
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec:
      minReplicas: 3
      maxReplicas: 9
      metrics:
        - type: Resource
          resource:
            name: cpu
            target:
              type: Utilization
              averageUtilization: 95  # <-- full before it scales
    ```
    ```yaml good
    apiVersion: autoscaling/v1
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec: {minReplicas: 3, maxReplicas: 9, targetCPUUtilizationPercentage: 70}
    ```
    """
    metrics = items(hpa.get("spec", "metrics"))
    simple = hpa.get("spec", "targetCPUUtilizationPercentage")
    if not metrics and simple is None:
        yield hpa.finding("no metrics: it scales on CPU at 80 percent, whatever the service is bound by", hpa.at("spec", "metrics"))
    if simple is not None and simple > cpu:
        place = hpa.at("spec", "targetCPUUtilizationPercentage")
        yield hpa.finding(f"the CPU target of {simple} percent leaves no headroom", place)
    for number, metric in enumerate(metrics):
        for source in ("resource", "containerResource"):
            name = dig(metric, source, "name")
            keys: tuple[str, ...] = (source, "target", "averageUtilization")
            if dig(metric, *keys) is None:
                keys = (source, "targetAverageUtilization")
            target = whole(dig(metric, *keys))
            limit = {"cpu": cpu, "memory": memory}.get(str(name))
            if limit is not None and target is not None and target > limit:
                yield hpa.finding(f"the {name} target of {target} percent leaves no headroom", hpa.at("spec", "metrics", number, *keys))
