"""Work goes where it can run."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod
from pytest_readiness.formats.kubernetes.objects import dig
from pytest_readiness.formats.kubernetes.objects import entries


def belongs_to(pod: Pod, name: str) -> bool:
    """Whether a pod is of a class: a label ``name=value`` or ``name``, or a resource such as ``nvidia.com/gpu`` it asks for."""
    key, _, value = name.partition("=")
    for labels in (entries(pod.labels), pod.owner.labels):
        if key in labels and (not value or labels[key] == value):
            return True
    return any(key in entries(dig(body, "resources", part)) for _, _, body in pod.containers for part in ("limits", "requests"))


@rule(
    "k8s.node-affinity",
    P3,
    on="k8s.pod",
    category="Performance",
    remedy="add a nodeSelector or a nodeAffinity for the nodes of this class",
    needs="classes",
)
def check(pod: Pod, *, classes: tuple[str, ...] = ()) -> Iterator[Finding]:
    """A workload of a class with nodes of its own says which nodes.

    Without a nodeSelector or a nodeAffinity a job for GPUs waits on nodes that have none, and a spot job takes the place
    of what must not be evicted. The option `classes` names them: labels (`workload-class=spot`) or resources
    (`nvidia.com/gpu`) by which such pods are known.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata:
      name: train  # <--
      labels: {workload-class: spot}
    spec:
      containers: [{name: train, image: "train:1"}]
    ```
    ```yaml with readiness.yaml
    options:
      k8s.node-affinity:
        classes: [workload-class=spot, nvidia.com/gpu]
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: train}
    spec:
      nodeSelector: {example.com/pool: gpu}
      containers: [{name: train, image: "train:1", resources: {limits: {nvidia.com/gpu: 1}}}]
    ```
    ```yaml with readiness.yaml
    options:
      k8s.node-affinity:
        classes: [nvidia.com/gpu]
    ```
    """
    found = next((name for name in classes if belongs_to(pod, name)), None)
    if found and not pod.setting("nodeSelector") and pod.setting("affinity", "nodeAffinity") is None:
        yield pod.finding(f"is of the class {found} and does not say on which nodes it runs")
