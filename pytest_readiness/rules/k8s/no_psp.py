"""A kind that Kubernetes no longer has."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import items
from pytest_readiness.formats.kubernetes.rbac import rules

ROLES = ("rbac.authorization.k8s.io/Role", "rbac.authorization.k8s.io/ClusterRole")


@rule(
    "k8s.no-psp",
    P2,
    on="k8s.object",
    when=lambda thing: thing.is_a("policy/PodSecurityPolicy", *ROLES),
    category="Kubernetes & Helm",
    remedy="enforce a Pod Security Standard with labels on the namespaces instead",
    effort="1d",
)
def check(thing: Object) -> Iterator[Finding]:
    """Nothing relies on PodSecurityPolicy.

    The API was removed in Kubernetes 1.25: the manifest cannot be applied, and whoever believes in it is not protected.

    ```yaml bad
    apiVersion: policy/v1beta1
    kind: PodSecurityPolicy  # <--
    metadata: {name: restricted}
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata: {name: psp}
    rules:
      - apiGroups: [policy]
        resources: [podsecuritypolicies]  # <--
        verbs: [use]
    ```
    ```yaml good
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata: {name: pdb}
    rules: [{apiGroups: [policy], resources: [poddisruptionbudgets], verbs: [get]}]
    ```
    """
    if thing.is_a("policy/PodSecurityPolicy"):
        yield thing.finding("PodSecurityPolicy was removed in Kubernetes 1.25 and protects nothing", thing.at("kind"))
        return
    for number, entry in rules(thing):
        if "podsecuritypolicies" in items(entry.get("resources")):
            yield thing.finding("grants podsecuritypolicies, which Kubernetes removed in 1.25", thing.at("rules", number, "resources"))
