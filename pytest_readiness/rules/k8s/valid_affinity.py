"""Spread over what."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod
from pytest_readiness.formats.kubernetes.objects import dig
from pytest_readiness.formats.kubernetes.objects import mappings

Place = tuple[str | int, ...]
REQUIRED, PREFERRED = "requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"


def terms(pod: Pod) -> Iterator[tuple[object, Place]]:
    """Every term that spreads or gathers pods, and its place."""
    for number, constraint in enumerate(mappings(pod.setting("topologySpreadConstraints"))):
        yield constraint, ("topologySpreadConstraints", number)
    for kind in ("podAffinity", "podAntiAffinity"):
        for number, term in enumerate(mappings(pod.setting("affinity", kind, REQUIRED))):
            yield term, ("affinity", kind, REQUIRED, number)
        for number, weighted in enumerate(mappings(pod.setting("affinity", kind, PREFERRED))):
            yield dig(weighted, "podAffinityTerm"), ("affinity", kind, PREFERRED, number, "podAffinityTerm")


@rule(
    "k8s.valid-affinity",
    P1,
    on="k8s.pod",
    when=lambda pod: any(True for _ in terms(pod)),
    category="Kubernetes & Helm",
    remedy="add a topologyKey, such as topology.kubernetes.io/zone",
    aliases=("datree:EKS_MISSING_KEY_TOPOLOGYKEY",),
)
def check(pod: Pod) -> Iterator[Finding]:
    """A term that spreads pods says over what.

    Without `topologyKey` the API server refuses the pod, or the deployment makes none.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - labelSelector: {matchLabels: {app: web}}  # <--
      containers: [{name: web, image: "web:1"}]
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: ScheduleAnyway}]
      containers: [{name: web, image: "web:1"}]
    ```
    """
    for term, place in terms(pod):
        if not dig(term, "topologyKey"):
            yield pod.finding("has no topologyKey: the pod is refused", pod.place(*place))
