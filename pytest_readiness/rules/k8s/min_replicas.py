"""One of something is none when it fails."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import REPLICATED
from pytest_readiness.formats.kubernetes.objects import Workload
from pytest_readiness.formats.kubernetes.objects import whole
from pytest_readiness.formats.kubernetes.relations import autoscaler_of
from pytest_readiness.formats.kubernetes.relations import rollout_of


def applies(workload: Workload, project: Project) -> bool:
    if not workload.is_a(*REPLICATED) or not workload.is_production:
        return False
    return rollout_of(workload, project) is None  # the Rollout runs the replicas then


@rule(
    "k8s.min-replicas",
    P1,
    on="k8s.workload",
    when=applies,
    category="Resilience/DR",
    remedy="set replicas to 2 or more, or scale it with a HorizontalPodAutoscaler",
    aliases=("polaris:deploymentMissingReplicas",),
)
def check(workload: Workload, project: Project, *, minimum: int = 2) -> Iterator[Finding]:
    """A production service runs at least two replicas.

    With one replica every drained node, every crash and every slow start is an outage. An autoscaler decides instead of
    `replicas` where one targets the workload; without `minReplicas` its lower bound is 1.

    ```yaml bad
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 1  # <--
      template: {spec: {containers: [{name: web, image: "web:1"}]}}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: api  # <-- absent means 1
    spec:
      template: {spec: {containers: [{name: api, image: "api:1"}]}}
    ```
    ```yaml good
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      template: {spec: {containers: [{name: web, image: "web:1"}]}}
    ---
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec: {minReplicas: 2, maxReplicas: 6, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
    ```
    """
    scaler = autoscaler_of(workload, project)
    if scaler is not None:
        key = "minReplicas" if scaler.is_a("autoscaling/HorizontalPodAutoscaler") else "minReplicaCount"
        lower = scaler.get("spec", key)
        lowest = (1 if key == "minReplicas" else 0) if lower is None else whole(lower)
        if lowest is not None and lowest < minimum:
            yield workload.finding(f"{scaler.name} scales it down to {lowest}: one failure is an outage", scaler.at("spec", key))
        elif workload.replicas is not None:
            yield workload.advice(f"replicas resets what {scaler.name} decided at every deployment", workload.at("spec", "replicas"))
        return
    replicas = 1 if workload.replicas is None else workload.replicas
    if replicas < minimum:
        what = "replicas is not set, which means 1" if workload.replicas is None else f"replicas is {replicas}"
        yield workload.finding(
            f"{what}: one failure is an outage", workload.at("spec", "replicas") if workload.replicas is not None else None
        )
