"""Volumes that a process may write to."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod

WRITABLE = ("emptyDir", "persistentVolumeClaim", "ephemeral")


def has_writable_volume(pod: Pod) -> bool:
    templates = pod.owner.get("spec", "volumeClaimTemplates")
    return bool(templates) or any(kind in volume for volume in pod.volumes for kind in WRITABLE)


@rule(
    "k8s.fs-group",
    P3,
    on="k8s.pod",
    when=lambda pod: not pod.is_windows and has_writable_volume(pod),
    category="Kubernetes & Helm",
    remedy="set fsGroup in the pod's securityContext",
)
def check(pod: Pod) -> Iterator[Finding]:
    """A pod with writable volumes sets fsGroup.

    A fresh volume belongs to root; a process that does not run as root can write to it only through the group that
    `fsGroup` gives it. It is a setting of the pod, not of a container.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata:
      name: web  # <-- none
    spec:
      containers: [{name: web, image: "web:1"}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: web}}]
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      securityContext: {fsGroup: 1000}
      containers: [{name: web, image: "web:1"}]
      volumes: [{name: data, emptyDir: {}}]
    ```
    """
    group = pod.setting("securityContext", "fsGroup")
    if group is None:
        place = pod.place("securityContext") if pod.setting("securityContext") is not None else pod.span
        yield pod.finding("no fsGroup, so a process that is not root may be unable to write to its volumes", place)
    elif group == 0:
        yield pod.finding("fsGroup is 0, the group of root", pod.place("securityContext", "fsGroup"))
