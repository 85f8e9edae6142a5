"""Relations between resources by name, for criteria in YAML: "every Deployment has a pdb"."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from ..model import Resource
from ..project import Project
from .kubernetes import relations as k8s

Relation = Callable[[Any, Project], Iterator[Resource]]


def _of_pods(of: Callable[[Any, Project], Iterator[Resource]]) -> Relation:
    """What the pods of a workload have."""

    def found(workload: Any, project: Project) -> Iterator[Resource]:
        for pod in k8s.pods_run_by(workload, project):
            yield from of(pod, project)

    return found


def _account(pod: Any, project: Project) -> Iterator[Resource]:
    found = k8s.service_account_of(pod, project)
    if found is not None:
        yield found


_PODS: Mapping[str, Relation] = {
    "pdb": k8s.disruption_budgets_of,
    "service": k8s.services_of,
    "network-policy": k8s.network_policies_of,
    "pod-monitor": k8s.pod_monitors_of,
    "service-account": _account,
}
_WORKLOADS: Mapping[str, Relation] = {
    **{name: _of_pods(relation) for name, relation in _PODS.items()},
    "autoscaler": k8s.autoscalers_of,
    "vertical-autoscaler": k8s.vertical_autoscalers_of,
}
RELATIONS: Mapping[str, Mapping[str, Relation]] = {
    "k8s.workload": _WORKLOADS,
    "k8s.pod": _PODS,
    "k8s.service": {"service-monitor": k8s.monitors_of, "pod": k8s.pods_of},
    "k8s.pdb": {"pod": k8s.pods_of},
    "k8s.network-policy": {"pod": k8s.pods_of},
    "k8s.hpa": {"target": k8s.targets_of},
    "k8s.scaled-object": {"target": k8s.targets_of},
}
