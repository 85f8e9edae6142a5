"""A workload finds its own pods."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Workload
from pytest_readiness.formats.kubernetes.objects import entries
from pytest_readiness.formats.kubernetes.objects import items
from pytest_readiness.formats.kubernetes.objects import mappings


@rule(
    "k8s.selector-matches-template",
    P1,
    on="k8s.workload",
    when=lambda workload: workload.get("spec", "selector", "matchLabels") is not None and workload.get("spec", "template") is not None,
    category="Kubernetes & Helm",
    remedy="give the template every label that the selector asks for",
    aliases=("kube-linter:mismatching-selector",),
)
def check(workload: Workload) -> Iterator[Finding]:
    """A workload's selector matches the labels of its own pods.

    The API server refuses the object otherwise, so the deployment fails the first time somebody tries it.

    ```yaml bad
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      selector:
        matchLabels:
          app: web  # <-- the template says shop
      template:
        metadata: {labels: {app: shop}}
        spec: {containers: [{name: web, image: "web:1"}]}
    ```
    ```yaml good
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web, tier: front}}
        spec: {containers: [{name: web, image: "web:1"}]}
    ```
    """
    labels = entries(workload.pod_labels)
    for key, value in entries(workload.get("spec", "selector", "matchLabels")).items():
        if key not in labels or labels[key] != value:
            have = f"it is {labels[key]}" if key in labels else "it has no such label"
            place = workload.at("spec", "selector", "matchLabels", key)
            yield workload.finding(f"selects pods with {key}: {value}, but in its own template {have}", place)
    for number, term in enumerate(mappings(workload.get("spec", "selector", "matchExpressions"))):
        key, values = term.get("key"), items(term.get("values"))
        if term.get("operator") == "In" and labels.get(key) not in values:
            place = workload.at("spec", "selector", "matchExpressions", number)
            yield workload.finding(f"selects pods by {key}, which its own template does not satisfy", place)
