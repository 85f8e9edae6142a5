"""One hand on each lever."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import dig
from pytest_readiness.formats.kubernetes.objects import items
from pytest_readiness.formats.kubernetes.objects import mappings
from pytest_readiness.formats.kubernetes.relations import HPA
from pytest_readiness.formats.kubernetes.relations import autoscalers_of
from pytest_readiness.formats.kubernetes.relations import targets_of

BOTH = frozenset(("cpu", "memory"))


def horizontal(vpa: Object, project: Project) -> Iterator[Object]:
    for target in targets_of(vpa, project):
        yield from autoscalers_of(target, project)


def scaled_on(scaler: Object) -> frozenset[str]:
    """The resources whose use decides how many replicas there are."""
    if not scaler.is_a(HPA):
        return BOTH & {str(trigger.get("type")) for trigger in mappings(scaler.get("spec", "triggers"))}
    metrics = mappings(scaler.get("spec", "metrics"))
    names = {str(dig(metric, source, "name")) for metric in metrics for source in ("resource", "containerResource")}
    return BOTH & names if metrics else frozenset(("cpu",))


def sets(vpa: Object) -> frozenset[str]:
    """The requests that a VerticalPodAutoscaler sets by itself; none where it only recommends, or sets them at the start."""
    mode = vpa.get("spec", "updatePolicy", "updateMode")
    if mode is not None and mode in ("Off", "Initial"):
        return frozenset()
    policies = {str(policy.get("containerName")): policy for policy in mappings(vpa.get("spec", "resourcePolicy", "containerPolicies"))}
    found = set(BOTH) if "*" not in policies else set()
    for policy in policies.values():
        if policy.get("mode") is None or policy["mode"] != "Off":
            listed = policy.get("controlledResources")
            found |= BOTH if listed is None else BOTH & {str(name) for name in items(listed)}
    return frozenset(found)


@rule(
    "k8s.no-hpa-vpa-conflict",
    P2,
    on="k8s.vpa",
    when=lambda vpa, project: next(horizontal(vpa, project), None) is not None,
    category="Performance",
    remedy="set updateMode: Off in the VerticalPodAutoscaler, or scale on another metric",
)
def check(vpa: Object, project: Project) -> Iterator[Finding]:
    """Horizontal and vertical autoscaling do not act on the same resource.

    Utilisation is a share of the request: when the one raises the request, the share falls and the other removes
    replicas, which raises the share again. Vertical autoscaling that only recommends (`Off`) or acts at the start of a pod
    (`Initial`) is safe, and so is one that leaves alone what the other scales on.

    ```yaml bad
    apiVersion: autoscaling.k8s.io/v1
    kind: VerticalPodAutoscaler
    metadata: {name: web}
    spec:
      targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
      updatePolicy:
        updateMode: Auto  # <--
    ---
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec:
      scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
      metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {template: {spec: {containers: [{name: web, image: "web:1"}]}}}
    ```
    ```yaml good
    apiVersion: autoscaling.k8s.io/v1
    kind: VerticalPodAutoscaler
    metadata: {name: web}
    spec:
      targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
      resourcePolicy: {containerPolicies: [{containerName: "*", controlledResources: [memory]}]}
    ---
    apiVersion: autoscaling/v1
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec: {targetCPUUtilizationPercentage: 70, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {template: {spec: {containers: [{name: web, image: "web:1"}]}}}
    ```
    """
    ours = sets(vpa)
    for scaler in horizontal(vpa, project) if ours else ():
        shared = " and ".join(sorted(ours & scaled_on(scaler)))
        if shared:
            mode = vpa.get("spec", "updatePolicy", "updateMode")
            message = (
                f"sets {shared} requests (updateMode {mode or 'Auto'}) while {scaler.name} scales on {shared}: they work against each other"
            )
            yield vpa.finding(message, vpa.at("spec", "updatePolicy", "updateMode") if mode is not None else None)
