"""The scheduler knows what a container needs."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.relations import limit_range_supplies


@rule(
    "k8s.resources-requests",
    P1,
    on="k8s.container",
    when=lambda container: not container.is_ephemeral,
    category="Kubernetes & Helm",
    remedy="set resources.requests.cpu and resources.requests.memory",
    aliases=(
        "CKV_K8S_10",
        "CKV_K8S_12",
        "KSV-0015",
        "KSV-0016",
        "polaris:cpuRequestsMissing",
        "polaris:memoryRequestsMissing",
        "kube-linter:unset-cpu-requirements",
        "datree:CONTAINERS_MISSING_MEMORY_REQUEST_KEY",
    ),
)
def check(container: Container, project: Project) -> Iterator[Finding]:
    """A container says how much CPU and memory it needs.

    Without requests the scheduler packs nodes blindly, the pod is evicted first when memory runs short, and autoscaling
    by utilisation has nothing to divide by. A limit counts as the request of its resource; so do the pod's own
    resources. A LimitRange of the namespace fills them in, which is worth saying.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          resources:
            requests:  # <-- no memory
              cpu: 100m
        - name: proxy  # <-- neither
          image: proxy:1
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          resources: {requests: {cpu: 100m}, limits: {memory: 128Mi}}
    ```
    """
    lacking = [r for r in ("cpu", "memory") if container.amount("requests", r) is None and container.amount("limits", r) is None]
    supplied = [r for r in lacking if limit_range_supplies(container, "requests", r, project)]
    missing = [r for r in lacking if r not in supplied]
    place = container.at("resources", "requests")
    if missing:
        yield container.finding(f"no {' and '.join(missing)} request: the scheduler cannot plan for it and evicts it first", place)
    elif supplied:
        yield container.advice(f"the {' and '.join(supplied)} request comes from a LimitRange, not from the container", place)
