"""A log that grows stays in its pod."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod
from pytest_readiness.formats.kubernetes.objects import dig


def empty_dirs(pod: Pod) -> Iterator[tuple[int, object]]:
    for number, volume in enumerate(pod.volumes):
        if "emptyDir" in volume:
            yield number, volume["emptyDir"]


def is_limited(pod: Pod) -> bool:
    """Whether every container says how much of the node's disk it may use, which counts what it writes to an emptyDir."""
    containers = list(pod.containers)
    return bool(containers) and all(dig(body, "resources", "limits", "ephemeral-storage") is not None for _, _, body in containers)


@rule(
    "k8s.empty-dir-limit",
    P3,
    on="k8s.pod",
    when=lambda pod: any(True for _ in empty_dirs(pod)),
    category="Resilience/DR",
    remedy="set emptyDir.sizeLimit, or a limit on ephemeral-storage",
)
def check(pod: Pod) -> Iterator[Finding]:
    """An emptyDir has a limit.

    It lies on the disk of the node, or in its memory: without `sizeLimit` and without a limit on `ephemeral-storage` one
    pod fills it, and the kubelet evicts the neighbours.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1"}]
      volumes:
        - name: tmp
          emptyDir: {}  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1"}]
      volumes: [{name: tmp, emptyDir: {sizeLimit: 64Mi}}]
    ```
    """
    limited = is_limited(pod)
    for number, body in empty_dirs(pod):
        in_memory = dig(body, "medium") is not None and dig(body, "medium") == "Memory"
        if dig(body, "sizeLimit") is None and (in_memory or not limited):
            fills = "memory" if in_memory else "disk"
            yield pod.finding(f"no sizeLimit: it may fill the {fills} of its node", pod.place("volumes", number, "emptyDir"))
