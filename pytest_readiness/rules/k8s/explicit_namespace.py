"""Objects go where they are meant to."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.scopes import NAMESPACED
from pytest_readiness.formats.kubernetes.world import applied_namespace
from pytest_readiness.formats.kubernetes.world import is_released

OWN = (("Service", "kubernetes"), ("ServiceAccount", "default"))  # the cluster itself puts these into default


@rule(
    "k8s.explicit-namespace",
    P2,
    on="k8s.object",
    when=lambda thing: thing.id in NAMESPACED and (thing.id, thing.get("metadata", "name")) not in OWN,
    category="Kubernetes & Helm",
    remedy="set metadata.namespace, or namespace in the kustomization",
    aliases=("CKV_K8S_21", "kube-linter:use-namespace", "datree:WORKLOAD_INCORRECT_NAMESPACE_VALUE_DEFAULT"),
)
def check(thing: Object, project: Project) -> Iterator[Finding]:
    """An object lives in a namespace of its own, not in default.

    Without one it lands wherever the caller's context points. In `default` there is no boundary to hang quotas, network
    policies and rights on. A kustomization, an Argo CD application or a Flux kustomization that sets it counts; what a chart
    leaves open is said when it is installed.

    ```yaml bad
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: web
      namespace: default  # <--
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: api  # <-- wherever the context points
    ```
    ```yaml good base/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: web}
    ```
    ```yaml with base/kustomization.yaml
    resources: [config.yaml]
    ```
    ```yaml with overlays/prod/kustomization.yaml
    namespace: shop
    resources: [../../base]
    ```
    """
    applied = applied_namespace(thing, project)
    namespace = thing.namespace if applied is None else applied
    if (namespace is None or namespace == "") and not is_released(thing, project):
        yield thing.finding("no namespace: it lands wherever the caller's context points, usually in default")
    elif namespace == "default":
        yield thing.finding("lives in default, which has no boundary for quotas, policies and rights", thing.at("metadata", "namespace"))
