"""A chart has no mistakes that helm itself knows."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.helm.resources import MissingDependency
from pytest_readiness.formats.helm.resources import Release


@rule(
    "helm.renders",
    P1,
    on=("helm.release", "helm.dependency"),
    category="Kubernetes & Helm",
    remedy="mend what helm lint reports",
)
def check(release: Release | MissingDependency, project: Project) -> Iterator[Finding]:
    """Helm lints and renders the chart for every environment.

    What does not render cannot be deployed, and is a failing check of its own (`parses`). Warnings of `helm lint`, and values
    that helm drops because a mapping and a single value stand under the same name, are advice. A dependency that is not in the
    repository makes what nobody can see here.

    ```yaml bad
    apiVersion: v2
    name: shop
    version: 1.0.0
    appVersion: 1.10  # <-- a number, says helm: 1.1
    ```
    ```yaml with templates/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: shop}
    ```
    ```yaml good
    apiVersion: v2
    name: shop
    version: 1.0.0
    ```
    ```yaml with values-prod.yaml
    replicas: 3
    ```
    ```yaml with templates/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: shop}
    data: {replicas: "{{ .Values.replicas }}"}
    ```
    """
    for message in release.messages(project):
        if message.is_error:
            yield release.finding(f"helm lint: {message.text}", message.place)
        else:
            yield release.advice(f"helm warns: {message.text}", message.place)
