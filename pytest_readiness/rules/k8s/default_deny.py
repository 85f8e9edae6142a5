"""What nobody allowed is refused."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import items
from pytest_readiness.formats.kubernetes.relations import isolating
from pytest_readiness.formats.kubernetes.relations import pods_in
from pytest_readiness.formats.kubernetes.scopes import SYSTEM_NAMESPACES


def has_pods(namespace: Object, project: Project) -> bool:
    return namespace.object_name not in SYSTEM_NAMESPACES and next(pods_in(namespace, project), None) is not None


def denied(policy: Object) -> Iterator[str]:
    """The directions in which a policy allows nothing at all."""
    listed = policy.get("spec", "policyTypes")
    types = items(listed) if listed is not None else ["Ingress", *(["Egress"] if items(policy.get("spec", "egress")) else [])]
    for direction in ("Ingress", "Egress"):
        if direction in types and not items(policy.get("spec", direction.lower())):
            yield direction


@rule(
    "k8s.default-deny",
    P0,
    on="k8s.namespace",
    when=has_pods,
    category="Security & Compliance",
    remedy="add a NetworkPolicy with podSelector {} and policyTypes [Ingress, Egress] and no rules",
    standards=("NSA/CISA Kubernetes Hardening Guide",),
    effort="2h",
)
def check(namespace: Object, project: Project, *, egress: bool = False) -> Iterator[Finding]:
    """A namespace with workloads refuses connections by default.

    Policies only restrict pods that they select, so a new workload is open until somebody writes one for it. A policy with an
    empty `podSelector` and no rules closes the namespace first; `ingress: [{}]` does the opposite and allows everything.
    The option `egress` asks for the outgoing direction as well. Policies of Cilium, Calico and the like are not read.

    ```yaml bad
    apiVersion: v1
    kind: Namespace
    metadata: {name: shop}
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: default, namespace: shop}
    spec:
      podSelector: {}
      ingress: [{}]  # <-- allows everything
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: web, namespace: shop}
    spec: {containers: [{name: web, image: "web:1"}]}
    ```
    ```yaml good
    apiVersion: v1
    kind: Namespace
    metadata: {name: shop}
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: default-deny, namespace: shop}
    spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: web, namespace: shop}
    spec: {containers: [{name: web, image: "web:1"}]}
    ```
    """
    missing = ["Ingress", "Egress"] if egress else ["Ingress"]
    allowing = None
    for policy in isolating(namespace, project):
        closed = set(denied(policy))
        missing = [direction for direction in missing if direction not in closed]
        if not missing:
            return
        allowing = policy
    if allowing is not None and not any(True for _ in denied(allowing)):
        place = allowing.at("spec", "ingress") if allowing.get("spec", "ingress") is not None else None
        yield allowing.finding(f"selects every pod of {namespace.object_name} but allows connections instead of refusing them", place)
    else:
        what = " and ".join(missing).lower()
        yield namespace.finding(f"no NetworkPolicy refuses {what} by default: what no other policy selects is open")
