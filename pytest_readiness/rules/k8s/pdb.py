"""Maintenance takes one replica at a time."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import REPLICATED
from pytest_readiness.formats.kubernetes.objects import Workload
from pytest_readiness.formats.kubernetes.relations import autoscaler_of
from pytest_readiness.formats.kubernetes.relations import disruption_budgets_of
from pytest_readiness.formats.kubernetes.relations import pods_run_by
from pytest_readiness.formats.kubernetes.relations import rollout_of


def is_replicated(workload: Workload, project: Project) -> bool:
    """Whether several replicas run; those of a Deployment whose template a Rollout borrows are the Rollout's."""
    if not workload.is_a(*REPLICATED) or not workload.is_production or rollout_of(workload, project) is not None:
        return False
    if next(pods_run_by(workload, project), None) is None:
        return False
    return autoscaler_of(workload, project) is not None or (workload.replicas is not None and workload.replicas > 1)


@rule(
    "k8s.pdb",
    P2,
    on="k8s.workload",
    when=is_replicated,
    category="Resilience/DR",
    remedy="add a PodDisruptionBudget with maxUnavailable: 1 that selects its pods",
)
def check(workload: Workload, project: Project) -> Iterator[Finding]:
    """A production workload of several replicas is covered by one PodDisruptionBudget.

    Without one, a cluster upgrade may drain every node that runs it at the same time. Two that select the same pod are
    worse than none: the eviction API refuses such a pod, so the drain never ends. Asked of what has two or more replicas or
    an autoscaler; whether the budget lets go of a pod at all is `k8s.pdb-allows-eviction`.

    ```yaml bad
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web  # <-- the selector asks for the Deployment's label, not for one of its pods
      labels: {app: web}
    spec:
      replicas: 3
      template: {metadata: {labels: {name: web}}, spec: {containers: [{name: web, image: "web:1"}]}}
    ---
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: web}
    spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
    ```
    ```yaml good
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 3
      template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1"}]}}
    ---
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: web}
    spec: {maxUnavailable: 1, selector: {matchExpressions: [{key: app, operator: In, values: [web, api]}]}}
    ```
    """
    for pod in pods_run_by(workload, project):
        budgets = disruption_budgets_of(pod, project)
        first = next(budgets, None)
        # one of the same name is a copy for another environment
        second = next((budget for budget in budgets if first is not None and budget.object_name != first.object_name), None)
        if first is None:
            yield workload.finding("no PodDisruptionBudget selects its pods: a drain may take all of them at once")
        elif second is not None:
            yield workload.finding(
                f"{first.name} and {second.name} select the same pods, which can then not be evicted at all", second.span
            )
