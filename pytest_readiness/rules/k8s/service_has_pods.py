"""A Service leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.evidence import PODS
from pytest_readiness.formats.kubernetes.evidence import beside
from pytest_readiness.formats.kubernetes.evidence import in_its_namespace
from pytest_readiness.formats.kubernetes.evidence import unless_brought
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import entries
from pytest_readiness.formats.kubernetes.relations import pods_elsewhere
from pytest_readiness.formats.kubernetes.relations import pods_of
from pytest_readiness.formats.kubernetes.scopes import SYSTEM_NAMESPACES
from pytest_readiness.formats.kubernetes.selectors import equalities


def is_judged(service: Object, project: Project) -> bool:
    type = service.get("spec", "type")
    if not entries(service.get("spec", "selector")) or (type is not None and type == "ExternalName"):
        return False  # its endpoints are written by hand, or it is only a name
    if service.namespace in SYSTEM_NAMESPACES or not beside(service, project, *PODS):
        return False
    return in_its_namespace(service, project, *PODS) or pods_elsewhere(service, project) is not None


@rule(
    "k8s.service-has-pods",
    P1,
    on="k8s.service",
    when=is_judged,
    category="Kubernetes & Helm",
    remedy="select labels that the pod template has, in the namespace of the pods",
    aliases=("kube-linter:dangling-service",),
)
def check(service: Object, project: Project) -> Iterator[Finding]:
    """A Service selects the pods of a workload.

    The API server accepts any selector; a Service that selects nothing answers nobody. Judged where workloads of its
    namespace stand in its directory or one beside it, in its chart or overlay: a Service alone may lead to what another
    repository deploys. Unknown where an operator or another deployment may run the pods.

    ```yaml bad
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec:
      ports: [{port: 80}]
      selector: {app: web, tier: front}  # <--
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, labels: {app: web, tier: front}}
    spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1"}]}}}
    ```
    ```yaml good
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {ports: [{port: 80}], selector: {app: web}}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1"}]}}}
    ```
    """
    if next(pods_of(service, project), None) is not None:
        return
    place = service.at("spec", "selector")
    if other := pods_elsewhere(service, project):
        message = f"the pods it selects are in {other.owner.namespace}, not in {service.namespace}: it answers nobody"
        yield service.finding(message, place)
        return
    wanted = equalities(service.get("spec", "selector"))
    unless_brought(service, f"a pod with {wanted}", project)
    yield service.finding(f"no pod has {wanted}: it answers nobody", place)
