"""Tenants cannot reach or starve each other."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.namespaces import is_for_work
from pytest_readiness.formats.kubernetes.namespaces import stands_in
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.world import world_of


def is_tenant(namespace: Object, *, label: str = "tenant") -> bool:
    """Whether a namespace of applications has the label of a tenant, with any prefix."""
    return is_for_work(namespace) and any(name == label or name.rpartition("/")[2] == label for name in namespace.labels)


def denies_by_default(policy: Object) -> bool:
    spec = policy.get("spec")
    return isinstance(spec, dict) and spec.get("podSelector") == {} and not spec.get("ingress")


@rule(
    "k8s.multi-tenancy",
    P3,
    on="k8s.namespace",
    when=is_tenant,
    category="Kubernetes & Helm",
    remedy="add a ResourceQuota, a default-deny NetworkPolicy and a RoleBinding to the tenant's namespace",
    effort="2h",
)
def check(namespace: Object, project: Project) -> Iterator[Finding]:
    """The namespace of a tenant has its quota, its network policy and its own roles.

    Without any one of them a tenant takes the others' capacity, reaches their services or needs cluster-wide rights.
    Asked of namespaces with a label `tenant` (under any prefix; the option `label` names another).

    ```yaml bad
    apiVersion: v1
    kind: Namespace
    metadata:
      name: acme  # <-- no policy, no roles
      labels: {example.com/tenant: acme}
    ---
    apiVersion: v1
    kind: ResourceQuota
    metadata: {name: quota, namespace: acme}
    spec: {hard: {pods: "50"}}
    ```
    ```yaml good
    apiVersion: v1
    kind: Namespace
    metadata: {name: acme, labels: {tenant: acme}}
    ---
    apiVersion: v1
    kind: ResourceQuota
    metadata: {name: quota, namespace: acme}
    spec: {hard: {pods: "50"}}
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: default-deny, namespace: acme}
    spec: {podSelector: {}, policyTypes: [Ingress]}
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata: {name: acme, namespace: acme}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
    subjects: [{kind: Group, name: acme, apiGroup: rbac.authorization.k8s.io}]
    ```
    """
    world = world_of(namespace, project)
    here = {
        id: [thing for thing in world.all(id) if stands_in(thing, namespace, project)]
        for id in ("ResourceQuota", "networking.k8s.io/NetworkPolicy", "rbac.authorization.k8s.io/RoleBinding")
    }
    missing = [id.rpartition("/")[2] for id, found in here.items() if not found]
    if here["networking.k8s.io/NetworkPolicy"] and not any(map(denies_by_default, here["networking.k8s.io/NetworkPolicy"])):
        missing.append("NetworkPolicy that denies by default")
    if missing:
        yield namespace.finding(f"the namespace of a tenant has no {', no '.join(missing)}")
