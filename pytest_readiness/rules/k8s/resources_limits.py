"""One container cannot take a node down."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.quantity import quantity
from pytest_readiness.formats.kubernetes.relations import limit_range_supplies


@rule(
    "k8s.resources-limits",
    P1,
    on="k8s.container",
    when=lambda container: not container.is_ephemeral,
    category="Kubernetes & Helm",
    remedy="set resources.limits.memory",
    aliases=(
        "CKV_K8S_13",
        "KSV-0018",
        "polaris:memoryLimitsMissing",
        "datree:CONTAINERS_MISSING_MEMORY_LIMIT_KEY",
        "kube-linter:unset-memory-requirements",
    ),
)
def check(container: Container, project: Project, *, require_cpu_limit: bool = False) -> Iterator[Finding]:
    """A container has a memory limit, and requests no more than its limits.

    A leak without a limit takes the memory of every neighbour on the node before the kernel kills somebody. CPU is shared
    fairly without a limit, and a limit throttles; teams that want one set `require_cpu_limit`.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web  # <-- none
          image: web:1
        - name: proxy
          image: proxy:1
          resources:
            requests: {memory: 1Gi}
            limits:
              memory: 512Mi  # <-- less than it requests
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          resources: {requests: {memory: 128Mi}, limits: {memory: 0.5Gi}}
    ```
    """
    for resource in ("memory", "cpu"):
        limit, request = container.amount("limits", resource), container.amount("requests", resource)
        place = container.at("resources", "limits", resource)
        if limit is None:
            if resource == "cpu" and not require_cpu_limit:
                continue
            if limit_range_supplies(container, "limits", resource, project):
                yield container.advice(f"the {resource} limit comes from a LimitRange, not from the container", place)
            else:
                yield container.finding(f"no {resource} limit: one container can starve every other on its node", place)
        elif request is not None and (quantity(request) or 0) > (quantity(limit) or float("inf")):
            yield container.finding(f"requests {request} of {resource} but is limited to {limit}: the pod is refused", place)
