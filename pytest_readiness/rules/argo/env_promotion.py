"""What reaches production was somewhere else before."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import Unresolved
from pytest_readiness import rule
from pytest_readiness.formats.gitops.applications import Application
from pytest_readiness.formats.gitops.flux import Reconciled
from pytest_readiness.formats.gitops.repository import GITOPS_KINDS
from pytest_readiness.formats.gitops.repository import pipelines

_NO_STEPS = {"example", "examples", "demo", "local", "ci", "sandbox"}
_PROMOTES = re.compile(r"\bpromot", re.IGNORECASE)
_ASKS = re.compile(r"create-pull-request|gh pr create|glab mr create|kargo promote", re.IGNORECASE)


def uses_gitops(_: Resource, project: Project) -> bool:
    """Whether anything deploys from here to production; where nothing deploys, argo.gitops-present says so."""
    return any(thing.is_production for thing in deploying(project))


def deploying(project: Project) -> list[Application | Reconciled]:
    found = (thing for kind in GITOPS_KINDS for thing in project.resources(kind))
    return [thing for thing in found if isinstance(thing, (Application, Reconciled))]


@rule(
    "argo.env-promotion",
    P2,
    on="argo.repository",
    when=uses_gitops,
    category="Release mgmt",
    remedy="add an Application for each environment, from overlays or branches, or Stages of Kargo",
    effort="1d",
)
def check(repository: Resource, project: Project) -> Iterator[Finding]:
    """There is a path from one environment to the next.

    Where there is only one environment, every change is tried out on users. Counted are the environments that
    Applications, Flux objects and their directories name, Stages of Kargo, and workflows that promote by pull request.

    ```yaml bad argocd/web.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: web-prod}  # <--
    spec:
      source: {repoURL: https://git.example.com/shop.git, path: overlays/prod, targetRevision: v1.4.0}
    ```
    ```yaml good argocd/web.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: ApplicationSet
    metadata: {name: web}
    spec:
      generators:
        - list: {elements: [{env: staging, revision: main}, {env: prod, revision: v1.4.0}]}
      template:
        metadata: {name: 'web-{{env}}'}
        spec:
          source: {repoURL: https://git.example.com/shop.git, path: 'overlays/{{env}}', targetRevision: '{{revision}}'}
    ```
    """
    if project.resources("argo.stage"):
        return
    things = deploying(project)
    found = set().union(*(_environments(thing, project) for thing in things)) - _NO_STEPS
    if len(found) > 1 or any(_PROMOTES.search(text) and _ASKS.search(text) for text in pipelines(project)):
        return
    open_ended = next((thing for thing in things if isinstance(thing, Application) and thing.is_open_ended), None)
    if open_ended is not None:
        raise Unresolved(f"the environments of {open_ended.name} come from its generators")
    what = f"everything is deployed to {found.pop()}" if found else "nothing names an environment"
    first = next(thing for thing in things if thing.is_production)
    yield repository.finding(f"{what}: a change has nowhere to go before production", first.span)


def _environments(thing: Application | Reconciled, project: Project) -> set[str]:
    return thing.environments | (thing.environments_found(project) if isinstance(thing, Application) else set())
