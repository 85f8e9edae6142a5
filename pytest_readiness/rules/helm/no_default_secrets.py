"""Secrets do not come with a chart."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.helm.resources import Value
from pytest_readiness.formats.secrets import literal_secret


@rule(
    "helm.no-default-secrets",
    P1,
    on="helm.value",
    when=lambda value, project: not value.is_in_secret(project),
    category="Environment configuration",
    remedy="leave the value empty and name a secret that exists in the cluster (existingSecret)",
    secret=True,
    effort="2h",
)
def check(value: Value) -> Iterator[Finding]:
    """Values that hold secrets are empty.

    A password in values is a password in the repository, and one that works by default is the password of every
    installation. Empty values, names of secrets that exist elsewhere and values encrypted by SOPS are fine; of what the
    chart puts into a Secret `k8s.no-plain-secret` speaks.

    ```yaml bad values.yaml
    database:
      user: shop
      password: hunter2-hunter2  # <--
    ```
    ```yaml with Chart.yaml
    apiVersion: v2
    name: shop
    version: 1.0.0
    ```
    ```yaml bad values-prod.yaml
    env:
      - name: DATABASE_URL
        value: postgres://shop:hunter2@db/shop  # <--
    ```
    ```yaml with Chart.yaml
    apiVersion: v2
    name: shop
    version: 1.0.0
    ```
    ```yaml good values.yaml
    database:
      password: ""
      existingSecret: shop-database
      passwordKey: password
    ```
    ```yaml with Chart.yaml
    apiVersion: v2
    name: shop
    version: 1.0.0
    ```
    """
    if said := literal_secret(value.key, value.value):
        yield value.finding(f"{said}: it comes with the chart, for everybody who can read the repository")
