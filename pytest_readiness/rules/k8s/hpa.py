"""Load is answered by more replicas, not by a slower service."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.images import Image
from pytest_readiness.formats.images import data_directory
from pytest_readiness.formats.kubernetes.objects import REPLICATED
from pytest_readiness.formats.kubernetes.objects import Workload
from pytest_readiness.formats.kubernetes.relations import autoscaler_of
from pytest_readiness.formats.kubernetes.relations import rollout_of

FIXED = "readiness/fixed-replicas"


def should_scale(workload: Workload, project: Project) -> bool:
    """Whether more replicas would share its load: not those of what keeps data, nor of what is switched off."""
    if not workload.is_a(*REPLICATED) or not workload.is_production or workload.annotations.get(FIXED) is not None:
        return False
    if workload.get("spec", "volumeClaimTemplates") or workload.peek("spec", "replicas") == 0:
        return False
    keeps_data = any(isinstance(image, Image) and data_directory(image.name) for image in workload.images if not is_unknown(image))
    return not keeps_data and rollout_of(workload, project) is None


@rule(
    "k8s.hpa",
    P1,
    on="k8s.workload",
    when=should_scale,
    category="Performance",
    remedy="add an autoscaling/v2 HorizontalPodAutoscaler whose scaleTargetRef names it",
    effort="2h",
)
def check(workload: Workload, project: Project) -> Iterator[Finding]:
    """A production workload scales with its load.

    A fixed number of replicas is too many at night and too few in the hour that counts. A HorizontalPodAutoscaler or a KEDA
    ScaledObject must name it with its kind and API group: `apps/v1` does not reach an Argo Rollout. Not asked of databases and
    StatefulSets with volumes of their own, nor of what says `readiness/fixed-replicas` in an annotation.

    ```yaml bad
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata:
      name: web  # <-- the autoscaler means a Deployment
    spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1"}]}}}
    ---
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec: {minReplicas: 3, maxReplicas: 9, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
    ```
    ```yaml good
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web}
    spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1"}]}}}
    ---
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec: {minReplicas: 3, maxReplicas: 9, scaleTargetRef: {apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web}}
    ```
    """
    if autoscaler_of(workload, project) is None:
        yield workload.finding("no autoscaler targets it: load beyond its replicas makes it slow, then unavailable")
