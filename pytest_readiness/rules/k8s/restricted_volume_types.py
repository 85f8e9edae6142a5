"""Volumes that need no trust in the pod."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod

ALLOWED = frozenset(
    ["name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"]
)


@rule(
    "k8s.restricted-volume-types",
    P2,
    on="k8s.pod",
    when=lambda pod: bool(pod.volumes),
    category="Security & Compliance",
    remedy="use a PersistentVolumeClaim with a CSI driver",
    aliases=("KSV-0028",),
    standards=("PSS restricted",),
    effort="2h",
)
def check(pod: Pod) -> Iterator[Finding]:
    """A pod mounts only volumes that the restricted standard allows.

    In-tree network volumes and FlexVolumes let whoever writes a pod talk to storage directly, past claims and quotas, and
    most of them are gone from Kubernetes. A hostPath has a rule of its own.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1"}]
      volumes:
        - name: data
          nfs:  # <--
            server: nas
            path: /data
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1"}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: web}}]
    ```
    """
    for number, volume in enumerate(pod.volumes):
        for kind in volume:
            if kind not in ALLOWED and kind != "hostPath":
                yield pod.finding(f"mounts a {kind} volume past claims and quotas", pod.place("volumes", number, kind))
