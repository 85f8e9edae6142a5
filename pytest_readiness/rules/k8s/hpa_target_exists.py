"""An autoscaler has something to scale."""

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
from pytest_readiness.formats.kubernetes.objects import TEMPLATES
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import dig
from pytest_readiness.formats.kubernetes.objects import group_kind
from pytest_readiness.formats.kubernetes.relations import targets_of
from pytest_readiness.formats.kubernetes.relations import workloads_named

REFERENCE = ("spec", "scaleTargetRef")


def is_judged(scaler: Object, project: Project) -> bool:
    """Whether its target is a workload, and others like it stand here."""
    version, type, name = (scaler.peek(*REFERENCE, key) for key in ("apiVersion", "kind", "name"))
    if name is None:
        return False
    known = isinstance(version, str) and isinstance(type, str)
    if known and group_kind(version, type) not in TEMPLATES and type not in {id.rpartition("/")[2] for id in TEMPLATES}:
        return False  # a custom resource with replicas, which its own operator runs
    return beside(scaler, project, *PODS) and in_its_namespace(scaler, project, *PODS)


@rule(
    "k8s.hpa-target-exists",
    P1,
    on=("k8s.hpa", "k8s.scaled-object"),
    when=is_judged,
    category="Performance",
    remedy="name the kind, API version and name of the workload in scaleTargetRef",
    aliases=("kube-linter:dangling-horizontalpodautoscaler",),
)
def check(scaler: Object, project: Project) -> Iterator[Finding]:
    """An autoscaler's target exists.

    One that targets nothing is accepted, and the workload it was meant for never scales. Judged where workloads of its
    namespace stand in its directory or one beside it, in its chart or overlay, and where the target is no custom resource.

    ```yaml bad
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec:
      minReplicas: 3
      maxReplicas: 9
      scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: wep}  # <--
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1"}]}}}
    ```
    ```yaml good
    apiVersion: keda.sh/v1alpha1
    kind: ScaledObject
    metadata: {name: web}
    spec: {minReplicaCount: 2, maxReplicaCount: 9, scaleTargetRef: {name: web}}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1"}]}}}
    ```
    """
    if next(targets_of(scaler, project), None) is not None:
        return
    reference = scaler.get(*REFERENCE)
    name, place = dig(reference, "name"), scaler.at(*REFERENCE, "name")
    what = f"{dig(reference, 'kind') or 'Deployment'}/{name}"
    if other := next(workloads_named(name, scaler, project), None):
        yield scaler.finding(f"scales {what} of {dig(reference, 'apiVersion')}, but {name} is {other.id}", place)
        return
    unless_brought(scaler, what, project)
    yield scaler.finding(f"scales {what}, which does not exist", place)
