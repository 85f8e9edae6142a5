"""What matters most is evicted last."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod
from pytest_readiness.formats.kubernetes.objects import entries
from pytest_readiness.formats.kubernetes.world import world_of

VALUES = ("critical", "high", "true", "tier-0", "tier-1", "0", "1", "yes")


def is_critical(pod: Pod, *, labels: tuple[str, ...] = ("criticality", "critical")) -> bool:
    """Whether a label or annotation of the workload says that it is critical."""
    for named in (entries(pod.labels), pod.owner.labels, pod.owner.annotations):
        for name, value in named.items():
            if name.rpartition("/")[2] in labels and str(value).lower() in VALUES:
                return True
    return False


def is_defined(pod: Pod, name: object, project: Project) -> bool:
    classes = world_of(pod, project).all("scheduling.k8s.io/PriorityClass")
    return any(is_unknown(known := priority.peek("metadata", "name")) or known == name for priority in classes)


@rule(
    "k8s.priority-class",
    P3,
    on="k8s.pod",
    when=is_critical,
    category="Resilience/DR",
    remedy="define a PriorityClass and name it in priorityClassName",
)
def check(pod: Pod, project: Project) -> Iterator[Finding]:
    """A workload that is marked as critical has a priority class.

    When a node is full, the scheduler evicts by priority, and without one the payment service is worth as much as a
    batch job. Asked of workloads with a label or annotation `criticality` or `critical` (under any prefix; the option
    `labels` names others). The class must be one of Kubernetes (`system-…`) or defined in the project.

    ```yaml bad
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: payments  # <--
      labels: {example.com/criticality: high}
    spec: {template: {spec: {containers: [{name: payments, image: "payments:1"}]}}}
    ```
    ```yaml good
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: payments, labels: {criticality: high}}
    spec: {template: {spec: {priorityClassName: business-critical, containers: [{name: payments, image: "payments:1"}]}}}
    ---
    apiVersion: scheduling.k8s.io/v1
    kind: PriorityClass
    metadata: {name: business-critical}
    value: 100000
    ```
    """
    name = pod.setting("priorityClassName")
    if name is None:
        yield pod.finding("is marked as critical and has no priorityClassName: it is evicted like everything else")
    elif not str(name).startswith("system-") and not is_defined(pod, name, project):
        yield pod.finding(f"there is no PriorityClass {name}: the API server refuses the pod", pod.place("priorityClassName"))
