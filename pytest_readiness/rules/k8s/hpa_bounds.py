"""Room to scale, and an end to it."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object


@rule(
    "k8s.hpa-bounds",
    P2,
    on="k8s.hpa",
    category="Performance",
    remedy="set minReplicas to 3 and maxReplicas above it, up to 20",
)
def check(hpa: Object, *, minimum: int = 3, ceiling: int = 20) -> Iterator[Finding]:
    """An autoscaler has at least three replicas and an agreed ceiling above them.

    With fewer than three a failed node takes too large a share of the capacity before scaling can help; without room
    above there is nothing to scale; without a ceiling a retry storm buys the whole node pool.

    ```yaml bad
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec:
      minReplicas: 1  # <--
      maxReplicas: 100  # <--
      scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
    ```
    ```yaml good
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec:
      minReplicas: 3
      maxReplicas: 12
      scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
    ```
    """
    lowest, highest = hpa.get("spec", "minReplicas"), hpa.get("spec", "maxReplicas")
    lower = 1 if lowest is None else lowest
    if lower < minimum:
        what = "minReplicas is not set, which means 1" if lowest is None else f"minReplicas is {lowest}"
        yield hpa.finding(f"{what}, below {minimum}", hpa.at("spec", "minReplicas"))
    if highest is None:
        yield hpa.finding("no maxReplicas: the object is refused", hpa.at("spec"))
    elif highest <= lower:
        yield hpa.finding(f"maxReplicas {highest} leaves no room above minReplicas {lower}", hpa.at("spec", "maxReplicas"))
    elif highest > ceiling:
        yield hpa.finding(f"maxReplicas {highest} is above the agreed ceiling of {ceiling}", hpa.at("spec", "maxReplicas"))
