"""What cannot be built is not deployed."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kustomize.format import Kustomization


@rule(
    "kustomize.builds",
    P2,
    on="kustomize.kustomization",
    category="Kubernetes & Helm",
    remedy="mend the path or take the entry out",
)
def check(kustomization: Kustomization, project: Project) -> Iterator[Finding]:
    """Everything a kustomization names exists.

    A path that leads nowhere ends every build that includes it, and so every deployment. What Kustomize itself says of a
    build that fails is a failing check of the overlay (`parses`). Fields that go out of use are advice.

    ```yaml bad overlays/prod/kustomization.yaml
    resources:
      - ../../base
      - ingress.yaml            # <--
    patches:
      - path: replicas.yaml     # <--
      - target: {kind: Deployment}
        patch: |
          - {op: replace, path: /spec/replicas, value: 3}
    ```
    ```yaml with base/kustomization.yaml
    resources:
      - api.yaml                # <--
    ```
    ```yaml good overlays/prod/kustomization.yaml
    resources:
      - ../../base
    ```
    ```yaml with base/kustomization.yaml
    resources:
      - account.yaml
    ```
    ```yaml with base/account.yaml
    apiVersion: v1
    kind: ServiceAccount
    metadata: {name: api}
    ```
    """
    for reason, place in kustomization.dangling(project):
        yield kustomization.finding(f"{reason}: no build that includes this ends well", place)
    for field, instead, place in kustomization.deprecated:
        yield kustomization.advice(f"{field} goes out of use: say it with {instead} (`kustomize edit fix`)", place)
