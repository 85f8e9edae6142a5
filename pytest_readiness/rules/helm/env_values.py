"""Every environment has values of its own."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.helm.chart import charts
from pytest_readiness.formats.helm.chart import environments_with_values
from pytest_readiness.formats.helm.resources import ChartFile


@rule(
    "helm.env-values",
    P2,
    on="helm.chart",
    when=lambda file, project: file.chart in charts(project).homes,
    category="Environment configuration",
    remedy="add values-<environment>.yaml beside the chart",
    needs="environments",
)
def check(file: ChartFile, project: Project, *, environments: tuple[str, ...] = ()) -> Iterator[Finding]:
    """A chart has values for every environment.

    An environment without values of its own gets those of another one: its size, its hosts, its data. Which environments there
    are must be said (`environments`). A kustomization in a directory called after the environment counts.

    ```yaml bad
    apiVersion: v2
    name: shop  # <-- staging
    version: 1.0.0
    ```
    ```yaml with values-prod.yaml
    replicas: 3
    ```
    ```yaml with readiness.yaml
    options:
      helm.env-values: {environments: [staging, prod]}
    ```
    ```yaml good
    apiVersion: v2
    name: shop
    version: 1.0.0
    ```
    ```yaml with values-prod.yaml
    replicas: 3
    ```
    ```yaml with readiness.yaml
    options:
      helm.env-values: {environments: [prod]}
    ```
    """
    known = environments_with_values(file.chart, project)
    for name in environments:
        if name not in known:
            yield file.finding(f"no values for {name}: it is deployed with those of another environment")
