"""Debugging is no deployment."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod
from pytest_readiness.formats.kubernetes.objects import items

KEY = "ephemeralContainers"


@rule(
    "k8s.no-ephemeral-containers",
    P2,
    on="k8s.pod",
    when=lambda pod: pod.setting(KEY) is not None,
    category="Kubernetes & Helm",
    remedy="remove ephemeralContainers; kubectl debug adds one to a running pod",
)
def check(pod: Pod) -> Iterator[Finding]:
    """No manifest holds ephemeral containers.

    They are added to a pod that runs, for debugging; the API server refuses a pod or template that begins with one.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1"}]
      ephemeralContainers:
        - name: debug  # <--
          image: busybox:1.37
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1"}]
      ephemeralContainers: []
    ```
    """
    for number, _ in enumerate(items(pod.setting(KEY))):
        yield pod.finding("is refused: ephemeral containers are added to a pod that runs", pod.place(KEY, number))
