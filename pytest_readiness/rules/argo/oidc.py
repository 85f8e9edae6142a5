"""People are who the company says they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.gitops.applications import Application
from pytest_readiness.formats.gitops.applications import Config
from pytest_readiness.formats.gitops.flux import Release
from pytest_readiness.formats.gitops.installed import settings_of


def applies(thing: Application | Config | Release) -> bool:
    return settings_of(thing) is not None


def is_set(value: Any) -> bool:
    return value is not None and bool(str(value).strip())


@rule(
    "argo.oidc",
    P1,
    on=("argo.config", "argo.application", "argo.flux-release"),
    when=applies,
    category="Security & Compliance",
    remedy='configure oidc.config or dex.config in argocd-cm and set admin.enabled to "false"',
    standards=("OWASP CICD-SEC-2",),
    effort="2h",
)
def check(thing: Application | Config | Release) -> Iterator[Finding]:
    """Argo CD logs people in through OIDC.

    Without `oidc.config` or `dex.config` everybody shares the admin password: nobody can be named, locked out or asked for
    a second factor. Read from the ConfigMap argocd-cm and from the values of the chart argo-cd.

    ```yaml bad
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: argocd-cm
    data:  # <--
      url: https://argocd.example.com
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: argocd}
    spec:
      source:
        chart: argo-cd
        targetRevision: 7.7.0
        helm:
          valuesObject:
            configs:
              cm:  # <--
                timeout.reconciliation: 60s
    ```
    ```yaml good
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: argocd-cm}
    data:
      url: https://argocd.example.com
      admin.enabled: "false"
      oidc.config: |
        name: Okta
        issuer: https://example.okta.com
    ```
    """
    settings = settings_of(thing)
    assert settings is not None  # what `applies` asks
    if not any(is_set(settings.get(key)) for key in ("oidc.config", "dex.config")):
        settings.demand_all()
        yield thing.finding("neither oidc.config nor dex.config: everybody logs in as admin", settings.place)
    elif (admin := settings.get("admin.enabled")) is None or str(admin).lower() != "false":
        yield thing.advice('admin.enabled is not "false": the shared admin password still opens it', settings.place)
