"""A wall stands around something."""

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
from pytest_readiness.formats.kubernetes.relations import workloads_labelled
from pytest_readiness.formats.kubernetes.selectors import label_selector


def is_judged(policy: Object, project: Project) -> bool:
    selector = policy.get("spec", "podSelector")
    return bool(selector) and beside(policy, project, *PODS) and in_its_namespace(policy, project, *PODS)


@rule(
    "k8s.network-policy-selects-pods",
    P2,
    on="k8s.network-policy",
    when=is_judged,
    category="Security & Compliance",
    remedy="select labels that the pod template has",
)
def check(policy: Object, project: Project) -> Iterator[Finding]:
    """A NetworkPolicy selects the pods of a workload.

    One that selects nothing is accepted, and what it was meant to protect stays open. That fails the workload
    (`k8s.network-policy-per-workload`), so this is advice, shown where the mistake is, unless the labels exist in no pod but
    are those of a workload itself: then the wrong ones were taken. Judged where workloads of its namespace stand in its
    directory or one beside it, in its chart or overlay.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: web}
    spec:
      podSelector: {matchLabels: {app: web}}  # <-- the Deployment's label
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, labels: {app: web}}
    spec: {template: {metadata: {labels: {name: web}}, spec: {containers: [{name: web, image: "web:1"}]}}}
    ```
    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: web}
    spec: {podSelector: {matchLabels: {app: web}}}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1"}]}}}
    ```
    """
    if next(pods_of(policy, project), None) is not None:
        return
    wanted = label_selector(policy.get("spec", "podSelector"))
    unless_brought(policy, f"a pod with {wanted}", project)
    place = policy.at("spec", "podSelector")
    if mistaken := next(workloads_labelled(policy, project), None):
        yield policy.finding(f"{wanted} is a label of {mistaken.name}, not of its pods: it protects nothing", place)
    else:
        yield policy.advice(f"no pod has {wanted}: it protects nothing", place)
