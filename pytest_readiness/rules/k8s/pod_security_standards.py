"""The API server refuses pods that ask for too much."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import dig
from pytest_readiness.formats.kubernetes.objects import items
from pytest_readiness.formats.kubernetes.scopes import SYSTEM_NAMESPACES
from pytest_readiness.formats.kubernetes.world import world_of

LABEL = "pod-security.kubernetes.io/enforce"
LEVELS = ("privileged", "baseline", "restricted")


def by_policy(namespace: Object, project: Project) -> bool:
    """Whether a Kyverno policy enforces the standard everywhere."""
    for policy in world_of(namespace, project).all("kyverno.io/ClusterPolicy"):
        action = policy.get("spec", "validationFailureAction")
        for entry in items(policy.get("spec", "rules")):
            own = dig(entry, "validate", "failureAction")
            if dig(entry, "validate", "podSecurity") is not None and str(own or action).lower() == "enforce":
                return True
    return False


@rule(
    "k8s.pod-security-standards",
    P2,
    on="k8s.namespace",
    when=lambda namespace, project: namespace.object_name not in SYSTEM_NAMESPACES and not by_policy(namespace, project),
    category="Security & Compliance",
    remedy="label the namespace pod-security.kubernetes.io/enforce: restricted",
    standards=("NSA/CISA Kubernetes Hardening Guide",),
)
def check(namespace: Object, *, level: str = "restricted") -> Iterator[Finding]:
    """A namespace enforces the restricted Pod Security Standard.

    Without the label the API server admits privileged pods, whatever the manifests in this repository say. `warn` and
    `audit` tell somebody; only `enforce` refuses. A Kyverno policy that enforces the standard counts as well.

    ```yaml bad
    apiVersion: v1
    kind: Namespace
    metadata:
      name: shop
      labels:
        pod-security.kubernetes.io/enforce: baseline  # <--
    ---
    apiVersion: v1
    kind: Namespace
    metadata:
      name: ops
      labels:  # <-- only warns
        pod-security.kubernetes.io/warn: restricted
    ```
    ```yaml good
    apiVersion: v1
    kind: Namespace
    metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: restricted}}
    ```
    """
    enforced = namespace.labels.get(LABEL)
    place = namespace.at("metadata", "labels", LABEL) if namespace.get("metadata", "labels") is not None else None
    if enforced is None:
        yield namespace.finding(f"no label {LABEL}: privileged pods are admitted", place)
    elif enforced not in LEVELS or LEVELS.index(str(enforced)) < LEVELS.index(level):
        yield namespace.finding(f"enforces {enforced} instead of {level}", place)
