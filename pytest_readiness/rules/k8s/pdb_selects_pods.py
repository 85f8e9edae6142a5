"""A budget protects somebody."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.evidence import PODS
from pytest_readiness.formats.kubernetes.evidence import beside
from pytest_readiness.formats.kubernetes.evidence import in_its_namespace
from pytest_readiness.formats.kubernetes.evidence import unless_brought
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.relations import pods_of
from pytest_readiness.formats.kubernetes.selectors import label_selector


def is_judged(budget: Object, project: Project) -> bool:
    selects_nothing = budget.get("spec", "selector") is None
    return selects_nothing or (beside(budget, project, *PODS) and in_its_namespace(budget, project, *PODS))


@rule(
    "k8s.pdb-selects-pods",
    P2,
    on="k8s.pdb",
    when=is_judged,
    category="Resilience/DR",
    remedy="select labels of the pod template, not of the Deployment",
)
def check(budget: Object, project: Project) -> Iterator[Finding]:
    """A PodDisruptionBudget selects the pods of a workload.

    One that selects nothing is accepted and protects nothing, which nobody notices before the first drain. Without a
    `selector` it selects no pod at all. Judged where workloads of its namespace stand in its directory or one beside it, in
    its chart or overlay; unknown where an operator or another deployment may run the pods.

    ```yaml bad
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: web}
    spec:
      maxUnavailable: 1
      selector: {matchLabels: {app: wep}}  # <--
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1"}]}}}
    ```
    ```yaml good
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: web}
    spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1"}]}}}
    ```
    """
    selector = budget.get("spec", "selector")
    if selector is None:
        yield budget.finding("no selector: it protects no pod", budget.at("spec", "selector"))
    elif next(pods_of(budget, project), None) is None:
        unless_brought(budget, f"a pod with {label_selector(selector)}", project)
        yield budget.finding(f"no pod has {label_selector(selector)}: it protects nothing", budget.at("spec", "selector"))
