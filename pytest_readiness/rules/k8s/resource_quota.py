"""One namespace cannot take the whole cluster."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.namespaces import is_for_work
from pytest_readiness.formats.kubernetes.namespaces import stands_in
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.world import world_of


@rule(
    "k8s.resource-quota",
    P2,
    on="k8s.namespace",
    when=is_for_work,
    category="Kubernetes & Helm",
    remedy="add a ResourceQuota, and a LimitRange with defaults, to the namespace",
    standards=("NSA/CISA Kubernetes Hardening Guide",),
)
def check(namespace: Object, project: Project) -> Iterator[Finding]:
    """A namespace has a ResourceQuota.

    Without one, a loop that makes pods or a wrong number of replicas takes what every other team runs on. A quota on
    requests refuses pods that have none, so a LimitRange with defaults belongs to it. Namespaces of the cluster's own
    machinery (`kube-system`, `cert-manager`, `*-operator`) are not asked.

    ```yaml bad
    apiVersion: v1
    kind: Namespace
    metadata:
      name: shop  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Namespace
    metadata: {name: shop}
    ---
    apiVersion: v1
    kind: ResourceQuota
    metadata: {name: compute, namespace: shop}
    spec: {hard: {requests.cpu: "20", requests.memory: 40Gi, pods: "50"}}
    ---
    apiVersion: v1
    kind: LimitRange
    metadata: {name: defaults, namespace: shop}
    spec: {limits: [{type: Container, defaultRequest: {cpu: 100m, memory: 128Mi}, default: {memory: 256Mi}}]}
    ```
    """
    world = world_of(namespace, project)
    quotas = [quota for quota in world.all("ResourceQuota") if stands_in(quota, namespace, project)]
    if not quotas:
        yield namespace.finding("no ResourceQuota: what runs here can take the whole cluster")
    elif all(quota.peek("spec", "hard") is None for quota in quotas):
        yield namespace.finding("its ResourceQuota limits nothing: spec.hard is missing", quotas[0].at("spec"))
    elif not any(stands_in(limits, namespace, project) for limits in world.all("LimitRange")):
        yield namespace.advice("no LimitRange: a quota on requests refuses pods that do not say them")
