"""What Acme asks of workloads, beyond the built-in rules."""

from __future__ import annotations

from pytest_readiness import P1
from pytest_readiness import P2
from pytest_readiness import rule


@rule("acme.team-label", P2, on="k8s.workload", category="Governance", remedy="add the label acme.example/team")
def team_label(workload, *, label: str = "acme.example/team"):
    """A workload names its team.

    The pager finds out through this label whom to call.

    ```yaml bad
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
      labels: {app: web}  # <--
    ```
    ```yaml good
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
      labels: {acme.example/team: shop}
    ```
    """
    if label not in workload.labels:
        yield workload.finding(f"no label {label}: nobody knows whom to call", workload.at("metadata", "labels"))


@rule("acme.own-registry", P1, on="k8s.container", category="Security & Compliance", remedy="push the image to registry.acme.example")
def own_registry(container, *, registries: tuple[str, ...] = ("registry.acme.example",)):
    """Images come from our registry.

    Only there they are scanned and signed.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: nginx:1.29  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec: {containers: [{name: web, image: "registry.acme.example/nginx:1.29"}]}
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec: {containers: [{name: web, image: "ghcr.io/acme/web:4"}]}
    ```
    ```yaml with readiness.yaml
    options: {acme.own-registry: {registries: [registry.acme.example, ghcr.io]}}
    ```
    """
    image = container.image
    if image is not None and image.registry not in registries:
        yield container.finding(f"comes from {image.registry or 'Docker Hub'}: not scanned, not signed", container.at("image"))


RULES = (team_label, own_registry)
