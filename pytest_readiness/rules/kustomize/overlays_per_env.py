"""Every environment is deployed in the same way."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import rule
from pytest_readiness.formats.environments import environment_of
from pytest_readiness.formats.kustomize.format import kustomizations


def expected(project: Project) -> list[str]:
    """The environments that overlays are expected for: those that no Helm values are named for."""
    return [environment.name for environment in project.configuration.environments if not environment.values]


def is_expected(_: Resource, project: Project) -> bool:
    return bool(expected(project))


@rule(
    "kustomize.overlays-per-env",
    P1,
    on="kustomize.repository",
    when=is_expected,
    category="Environment configuration",
    remedy="create an overlay named for the environment, overlays/<environment>/kustomization.yaml",
    effort="2h",
)
def check(repository: Resource, project: Project) -> Iterator[Finding]:
    """Every environment has an overlay of its own.

    An environment without one is deployed by hand or from the overlay of another, with that one's sizes and addresses.
    Asked of the `environments` of readiness.yaml that name no Helm values; `prod` and `production` are the same.

    ```yaml bad deploy/overlays/staging/kustomization.yaml
    namespace: shop-staging
    resources: [../../base]
    ```
    ```yaml with deploy/base/kustomization.yaml
    resources: [account.yaml]
    ```
    ```yaml with deploy/base/account.yaml
    apiVersion: v1
    kind: ServiceAccount
    metadata: {name: api}
    ```
    ```yaml with readiness.yaml
    environments:
      staging: {}
      production: {}  # <--
    ```
    ```yaml good deploy/prod/kustomization.yaml
    namespace: shop
    resources: [account.yaml]
    ```
    ```yaml with deploy/prod/account.yaml
    apiVersion: v1
    kind: ServiceAccount
    metadata: {name: api}
    ```
    ```yaml with readiness.yaml
    environments:
      production: {}
    ```
    """
    overlays = [found for found in kustomizations(project) if found.overlay]
    named = {part for overlay in overlays for part in overlay.directory.split("/")}
    meant = {environment_of(overlay.directory) for overlay in overlays}
    for environment in project.configuration.environments:
        name = environment.name
        if name in expected(project) and name not in named and (environment_of(name) or name) not in meant:
            yield repository.finding(f"{name} has no overlay: it is deployed by other means than the others", environment.span)
