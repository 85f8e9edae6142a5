"""Nobody is reachable by default."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod
from pytest_readiness.formats.kubernetes.relations import network_policies_of


def can_be_isolated(pod: Pod) -> bool:
    """Whether network policies apply to it: not on the node's network, nor on Windows."""
    return not pod.owner.is_a("PodTemplate") and pod.setting("hostNetwork") is not True and not pod.is_windows


@rule(
    "k8s.network-policy-per-workload",
    P0,
    on="k8s.pod",
    when=can_be_isolated,
    category="Security & Compliance",
    remedy="add a NetworkPolicy whose podSelector matches the labels of the pod template",
    aliases=("CKV2_K8S_6", "kube-linter:non-isolated-pod"),
    standards=("NSA/CISA Kubernetes Hardening Guide",),
    effort="2h",
)
def check(pod: Pod, project: Project) -> Iterator[Finding]:
    """Every pod is selected by a NetworkPolicy.

    A pod that no policy selects accepts connections from every other pod of the cluster, the compromised one included.
    The selector must match the labels of the pod template in the same namespace; an empty one selects all pods there.
    Policies of Cilium, Calico and the like are not read: where one may apply, the check is unknown instead of failed.

    ```yaml bad
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web  # <-- the policy selects a label that only the Deployment has
      labels: {app: web}
    spec:
      template: {metadata: {labels: {name: web}}, spec: {containers: [{name: web, image: "web:1"}]}}
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: web}
    spec: {podSelector: {matchLabels: {app: web}}}
    ```
    ```yaml good
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      template: {metadata: {labels: {app: web, tier: front}}, spec: {containers: [{name: web, image: "web:1"}]}}
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: web}
    spec: {podSelector: {matchLabels: {app: web}, matchExpressions: [{key: tier, operator: NotIn, values: [back]}]}}
    ```
    """
    if next(network_policies_of(pod, project), None) is None:
        yield pod.finding("no NetworkPolicy selects it: every pod of the cluster may connect to it")
