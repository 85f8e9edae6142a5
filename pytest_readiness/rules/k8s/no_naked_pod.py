"""Somebody starts it again."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod


@rule(
    "k8s.no-naked-pod",
    P2,
    on="k8s.pod",
    when=lambda pod: pod.owner.is_a("Pod"),
    category="Resilience/DR",
    remedy="use a Deployment, StatefulSet or Job",
)
def check(pod: Pod) -> Iterator[Finding]:
    """A pod has a controller that replaces it.

    A bare pod is gone for good when its node is drained or dies. Static pods and Helm's test pods are no workloads.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata:
      name: web  # <-- nothing starts it again
    spec:
      containers: [{name: web, image: "web:1"}]
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: smoke, annotations: {helm.sh/hook: test}}
    spec:
      restartPolicy: Never
      containers: [{name: smoke, image: "smoke:1"}]
    ```
    """
    owned = pod.get("metadata", "ownerReferences")
    if owned is None and not any(name.startswith("helm.sh/hook") for name in pod.annotations):
        yield pod.finding("a pod without a controller: nothing starts it again when its node goes away")
