"""Replicas do not fail together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import REPLICATED
from pytest_readiness.formats.kubernetes.objects import Workload
from pytest_readiness.formats.kubernetes.objects import entries
from pytest_readiness.formats.kubernetes.objects import items
from pytest_readiness.formats.kubernetes.objects import mappings
from pytest_readiness.formats.kubernetes.objects import selects
from pytest_readiness.formats.kubernetes.relations import autoscaler_of

KEYS = ("topology.kubernetes.io/zone", "kubernetes.io/hostname", "failure-domain.beta.kubernetes.io/zone")


def applies(workload: Workload, project: Project) -> bool:
    if not workload.is_a(*REPLICATED) or workload.pod_get("containers") is None:
        return False
    replicas = workload.replicas
    return (replicas is not None and replicas > 1) or autoscaler_of(workload, project) is not None


@rule(
    "k8s.topology-spread",
    P3,
    on="k8s.workload",
    when=applies,
    category="Resilience/DR",
    remedy="add topologySpreadConstraints over topology.kubernetes.io/zone",
    aliases=("kube-linter:no-anti-affinity",),
)
def check(workload: Workload) -> Iterator[Finding]:
    """Replicas are spread over zones or nodes.

    Two replicas on one node are one failure away from none. Constraints and anti-affinity count when their selector
    matches the pods of the template.

    ```yaml bad
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web  # <-- no constraint
    spec:
      replicas: 3
      template: {spec: {containers: [{name: web, image: "web:1"}]}}
    ```
    ```yaml good
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 3
      template:
        metadata: {labels: {app: web}}
        spec:
          containers: [{name: web, image: "web:1"}]
          topologySpreadConstraints:
            - maxSkew: 1
              topologyKey: topology.kubernetes.io/zone
              whenUnsatisfiable: ScheduleAnyway
              labelSelector: {matchLabels: {app: web}}
    ```
    """
    labels = workload.pod_labels
    constraints = mappings(workload.pod_get("topologySpreadConstraints"))
    if any(constraint.get("topologyKey") in KEYS and _matches(constraint.get("labelSelector"), labels) for constraint in constraints):
        return
    terms = list(_terms(workload))
    if any(term.get("topologyKey") is not None and _matches(term.get("labelSelector"), labels) and _here(term, workload) for term in terms):
        return
    if terms:
        yield workload.finding("its anti-affinity selects other pods than its own, so it spreads nothing", workload.pod_at("affinity"))
    elif constraints:
        place = workload.pod_at("topologySpreadConstraints", 0)
        yield workload.finding("no constraint spreads these pods over zones or nodes: key or selector do not match", place)
    else:
        yield workload.finding("nothing spreads its replicas, so one node or zone can take them all down")


def _terms(workload: Workload) -> Iterator[dict[str, Any]]:
    rules = entries(workload.pod_get("affinity", "podAntiAffinity"))
    yield from mappings(rules.get("requiredDuringSchedulingIgnoredDuringExecution"))
    for preferred in mappings(rules.get("preferredDuringSchedulingIgnoredDuringExecution")):
        yield entries(preferred.get("podAffinityTerm"))


def _here(term: dict[str, Any], workload: Workload) -> bool:
    """Whether a term looks at pods in the namespace of the workload."""
    namespaces = items(term.get("namespaces"))
    return not namespaces or workload.namespace is None or workload.namespace in namespaces


def _matches(selector: object, labels: object) -> bool:
    """Whether a label selector picks the labels; expressions are taken to, for they can say anything."""
    known = entries(selector)
    return bool(known.get("matchExpressions")) or selects(known.get("matchLabels"), labels)
