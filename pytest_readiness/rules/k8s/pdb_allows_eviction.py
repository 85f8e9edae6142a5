"""A budget that never spends is a lock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import REPLICATED
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.relations import lowest_replicas
from pytest_readiness.formats.kubernetes.relations import nearest
from pytest_readiness.formats.kubernetes.relations import pods_of
from pytest_readiness.formats.kubernetes.relations import runner_of


def amount(value: Any, replicas: int) -> int | None:
    """A number or percentage of replicas, as Kubernetes rounds it: up."""
    if isinstance(value, int):
        return value
    text = str(value).strip()
    if not text.endswith("%"):
        return int(text) if text.isdigit() else None
    return -(-int(text[:-1]) * replicas // 100) if text[:-1].isdigit() else None


def replicas_of(budget: Object, project: Project) -> int | None:
    """How few replicas it selects at least; None where nobody says."""
    owners: dict[tuple[str, str], Object] = {}
    for pod in nearest(budget, pods_of(budget, project)):  # of copies for several environments, the one it stands beside
        owners.setdefault((pod.owner.id, str(pod.owner.object_name)), runner_of(pod.owner, project))
    if not owners or not all(owner.is_a(*REPLICATED) for owner in owners.values()):
        return None
    counts = [lowest_replicas(owner, project) for owner in owners.values()]
    return None if None in counts else sum(count for count in counts if count is not None)


@rule(
    "k8s.pdb-allows-eviction",
    P1,
    on="k8s.pdb",
    category="Resilience/DR",
    remedy="set maxUnavailable: 1 instead",
    aliases=(
        "kube-linter:pdb-max-unavailable",
        "kube-linter:pdb-min-available",
        "polaris:pdbDisruptionsIsZero",
        "gatekeeper:general/poddisruptionbudget",
    ),
)
def check(budget: Object, project: Project) -> Iterator[Finding]:
    """A PodDisruptionBudget lets go of a pod.

    With `maxUnavailable: 0`, or with as many pods available as there are, no node that runs one can be drained: upgrades of
    the cluster stop there until somebody deletes the budget. Counted against `replicas`, or the lower bound of the autoscaler.

    ```yaml bad
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: web}
    spec:
      minAvailable: 2  # <-- of two
      selector: {matchLabels: {app: web}}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 2
      template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1"}]}}
    ---
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: api}
    spec:
      maxUnavailable: 0%  # <--
      selector: {matchLabels: {app: api}}
    ```
    ```yaml good
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: web}
    spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
    ```
    """
    most, least = budget.get("spec", "maxUnavailable"), budget.get("spec", "minAvailable")
    if most is not None and amount(most, 100) == 0:
        yield budget.finding(f"maxUnavailable {most} blocks every drain", budget.at("spec", "maxUnavailable"))
    if least is None:
        return
    if str(least).endswith("%") and (amount(least, 100) or 0) >= 100:
        yield budget.finding(f"minAvailable {least} blocks every drain", budget.at("spec", "minAvailable"))
        return
    if amount(least, 100) == 0:
        return
    replicas = replicas_of(budget, project)
    needed = None if replicas is None else amount(least, replicas)
    if replicas and needed is not None and needed >= replicas:
        yield budget.finding(f"minAvailable {least} of {replicas} replicas blocks every drain", budget.at("spec", "minAvailable"))
