"""A merge is a deployment."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.gitops.applications import Application
from pytest_readiness.formats.gitops.flux import Reconciled

_SKIPPED = "argocd.argoproj.io/skip-reconcile"


@rule(
    "argo.auto-sync",
    P1,
    on=("argo.application", "argo.flux-kustomization", "argo.flux-release", "argo.flux-source"),
    category="Deployment automation",
    remedy="set syncPolicy.automated with prune and selfHeal; for Flux, take suspend out",
)
def check(thing: Application | Reconciled) -> Iterator[Finding]:
    """An Application syncs automatically.

    Without `syncPolicy.automated` a merge changes nothing until somebody presses a button, so Git and the cluster drift
    apart. `automated:` without a value is null, which is off; `automated: {}` is on. Flux syncs unless it is suspended. What
    Kargo promotes or the steps of an ApplicationSet roll out is synced by them.

    ```yaml bad
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: web}
    spec:
      syncPolicy:
        automated:  # <-- null
        syncOptions: [CreateNamespace=true]
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: ApplicationSet
    metadata: {name: shop}
    spec:
      generators: [{list: {elements: [{env: prod}]}}]
      template:
        metadata: {name: 'shop-{{env}}'}
        spec:
          project: shop
          syncPolicy: {syncOptions: [CreateNamespace=true]}  # <--
    ---
    apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    metadata: {name: apps}
    spec:
      suspend: true  # <--
    ```
    ```yaml good
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: web}
    spec:
      syncPolicy: {automated: {}}
    ---
    apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    metadata: {name: apps}
    spec: {interval: 10m, path: ./apps/production}
    ```
    """
    if isinstance(thing, Reconciled):
        if thing.is_suspended:
            yield thing.finding("suspend is true: nothing that is merged reaches the cluster", thing.at("spec", "suspend"))
        return
    if str(thing.annotations.get(_SKIPPED)) == "true":
        yield thing.finding(
            f"{_SKIPPED} switches it off: nothing that is merged reaches the cluster", thing.at("metadata", "annotations", _SKIPPED)
        )
    elif not thing.is_automated:
        yield thing.finding(_why(thing), thing.place("spec", "syncPolicy", "automated"))


def _why(application: Application) -> str:
    if application.policy is not None:
        return "automated.enabled is false: what is merged waits for somebody to sync it"
    written = application.setting("spec", "syncPolicy")
    what = "automated has no value, which is off" if isinstance(written, dict) and "automated" in written else "no syncPolicy.automated"
    return f"{what}: what is merged waits for somebody to sync it"
