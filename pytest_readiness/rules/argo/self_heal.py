"""What somebody changes by hand is changed back."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.gitops.applications import Application
from pytest_readiness.formats.gitops.flux import Reconciled
from pytest_readiness.formats.kubernetes.objects import dig


def applies(thing: Application | Reconciled) -> bool:
    """What is not synced at all has a finding of argo.auto-sync; Kargo's Applications change when it says so."""
    return thing.is_automated and not thing.is_driven_otherwise if isinstance(thing, Application) else not thing.is_suspended


@rule(
    "argo.self-heal",
    P1,
    on=("argo.application", "argo.flux-kustomization", "argo.flux-release"),
    when=applies,
    category="Deployment automation",
    remedy="set syncPolicy.automated to {prune: true, selfHeal: true}; for a HelmRelease, driftDetection.mode to enabled",
)
def check(thing: Application | Reconciled) -> Iterator[Finding]:
    """Drift is detected and healed.

    Automated sync acts on changes in Git alone: what is changed in the cluster stays until `selfHeal` takes it back, and
    what is deleted in Git stays until `prune` removes it. A HelmRelease of Flux without `driftDetection` is advice.

    ```yaml bad
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: web}
    spec:
      syncPolicy:
        automated: {prune: true}  # <--
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: api}
    spec:
      syncPolicy:
        automated:
          selfHeal: true
          prune: false  # <--
    ---
    apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    metadata: {name: apps}
    spec:
      prune: false  # <--
    ```
    ```yaml good
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: web}
    spec:
      syncPolicy: {automated: {prune: true, selfHeal: true}}
    ```
    """
    if isinstance(thing, Application):
        yield from _application(thing)
    elif thing.is_a("helm.toolkit.fluxcd.io/HelmRelease"):
        mode = thing.get("spec", "driftDetection", "mode")
        if mode is None or mode != "enabled":
            what = "no driftDetection" if mode is None else f"driftDetection.mode is {mode}"
            yield thing.advice(f"{what}: what is changed in the cluster by hand stays", thing.at("spec", "driftDetection", "mode"))
    elif (prune := thing.get("spec", "prune")) is not None and not prune:
        yield thing.finding("prune is false: what is deleted in Git keeps running", thing.at("spec", "prune"))


def _application(application: Application) -> Iterator[Finding]:
    healing, pruning = (dig(application.policy, key) for key in ("selfHeal", "prune"))
    if healing is None or not healing:
        what = "selfHeal is false" if healing is not None else "no selfHeal, which is off by default"
        place = application.place("spec", "syncPolicy", "automated", "selfHeal")
        yield application.finding(f"{what}: what is changed in the cluster by hand stays", place)
    elif pruning is None or not pruning:
        what = "prune is false" if pruning is not None else "no prune, which is off by default"
        place = application.place("spec", "syncPolicy", "automated", "prune")
        yield application.finding(f"{what}: what is deleted in Git keeps running", place)
    for index, entry in application.ignored:
        what = entry.get("kind") or "everything"
        yield application.advice(f"ignoreDifferences hides the whole spec of {what}", application.place("spec", "ignoreDifferences", index))
