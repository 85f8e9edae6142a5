"""Data outlives its pod."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.images import Image
from pytest_readiness.formats.images import data_directory
from pytest_readiness.formats.kubernetes.objects import Workload
from pytest_readiness.formats.kubernetes.objects import mappings

CACHE = "readiness/cache"


def database_of(workload: Workload) -> str | None:
    if not workload.is_a("apps/Deployment", "apps/StatefulSet") or workload.annotations.get(CACHE) is not None:
        return None
    known = (image for image in workload.images if not is_unknown(image))
    return next((image.name for image in known if isinstance(image, Image) and data_directory(image.name)), None)


@rule(
    "k8s.stateful-persistence",
    P2,
    on="k8s.workload",
    when=lambda workload: database_of(workload) is not None,
    category="Resilience/DR",
    remedy="run it as a StatefulSet with volumeClaimTemplates, or through its operator",
    effort="1d",
)
def check(workload: Workload) -> Iterator[Finding]:
    """A database keeps its data on persistent volumes.

    In a Deployment without one, or with an emptyDir, everything is lost when the pod moves. A pure cache says so with the
    annotation `readiness/cache`.

    ```yaml bad
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: db  # <-- the data goes with the pod
    spec:
      template:
        spec:
          containers: [{name: db, image: "postgres:16"}]
          volumes: [{name: data, emptyDir: {}}]
    ```
    ```yaml good
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: db}
    spec:
      template: {spec: {containers: [{name: db, image: "postgres:16"}]}}
      volumeClaimTemplates: [{metadata: {name: data}, spec: {resources: {requests: {storage: 10Gi}}}}]
    ```
    """
    volumes = mappings(workload.pod_get("volumes"))
    if workload.get("spec", "volumeClaimTemplates"):
        return
    claimed = any(volume.get("persistentVolumeClaim") is not None or volume.get("ephemeral") is not None for volume in volumes)
    if not claimed:
        yield workload.finding(f"{database_of(workload)} keeps its data in the pod and loses it when the pod moves")
    elif workload.is_a("apps/Deployment"):
        yield workload.finding(f"{database_of(workload)} runs as a Deployment: two pods may use one volume during an update")
