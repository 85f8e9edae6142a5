"""Every service can be deployed in the same way."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import rule
from pytest_readiness.formats.helm.chart import charts
from pytest_readiness.formats.helm.chart import deployed_names


@rule(
    "helm.chart-per-service",
    P3,
    on="helm.repository",
    category="Kubernetes & Helm",
    remedy="add a chart, a dependency or a section of values for the service",
    needs="services",
    effort="1d",
)
def check(repository: Resource, project: Project, *, services: tuple[str, ...] = ()) -> Iterator[Finding]:
    """Every service is deployed through a chart.

    A service that is deployed by hand is deployed differently by everybody. Which services there are is set by `services`;
    a chart, a dependency of one or a section of its values of that name counts.

    ```yaml bad charts/shop/Chart.yaml
    apiVersion: v2
    name: shop  # <-- and no other
    version: 1.0.0
    ```
    ```yaml with readiness.yaml
    options:
      helm.chart-per-service: {services: [shop, billing]}
    ```
    ```yaml good charts/shop/Chart.yaml
    apiVersion: v2
    name: shop
    version: 1.0.0
    ```
    ```yaml with charts/shop/values.yaml
    billing: {replicas: 2}
    ```
    ```yaml with readiness.yaml
    options:
      helm.chart-per-service: {services: [shop, billing]}
    ```
    """
    known, place = deployed_names(project), charts(project).homes[0].span
    for service in services:
        if service not in known:
            yield repository.finding(f"no chart deploys {service}: it is deployed by hand, or not at all", place)
