"""What runs is what is in Git."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import rule
from pytest_readiness.formats.gitops.repository import first_deployed
from pytest_readiness.formats.gitops.repository import is_driven_by_git


@rule(
    "argo.gitops-present",
    P1,
    on="argo.repository",
    when=lambda repository, project: first_deployed(project) is not None,
    category="Deployment automation",
    remedy="add an Argo CD Application or a Flux Kustomization for what is deployed",
    effort="1d",
)
def check(repository: Resource, project: Project) -> Iterator[Finding]:
    """Deployments are driven by GitOps.

    With a controller that syncs the cluster from Git, what runs is what was reviewed, a rollback is a revert, and nobody
    needs credentials for the cluster. Argo CD, Flux, Kargo, Fleet and Config Sync count. Where another repository holds the
    objects that deploy this one, record that as accepted.

    ```yaml bad deploy/web.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}  # <--
    spec:
      template: {spec: {containers: [{name: web, image: "web:1"}]}}
    ```
    ```yaml good deploy/web.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      template: {spec: {containers: [{name: web, image: "web:1"}]}}
    ```
    ```yaml with argocd/web.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: web, namespace: argocd}
    spec:
      project: shop
      source: {repoURL: https://git.example.com/shop.git, path: deploy, targetRevision: v1.4.0}
      destination: {name: in-cluster, namespace: shop}
    ```
    """
    if not is_driven_by_git(project):
        what = "no Argo CD Application and nothing of Flux deploys what is described here: what runs may be something else"
        yield repository.finding(what, first_deployed(project))
