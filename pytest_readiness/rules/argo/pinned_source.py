"""Production changes when somebody says so."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Span
from pytest_readiness import rule
from pytest_readiness.formats.gitops.applications import Application
from pytest_readiness.formats.gitops.flux import Release
from pytest_readiness.formats.gitops.flux import Source
from pytest_readiness.formats.gitops.revisions import Moving
from pytest_readiness.formats.gitops.revisions import moving_revision
from pytest_readiness.formats.gitops.revisions import moving_tag
from pytest_readiness.formats.gitops.revisions import moving_version

Thing = Application | Release | Source


def applies(thing: Thing) -> bool:
    if not thing.is_production:
        return False
    if isinstance(thing, Application):
        return any(True for _ in thing.sources)
    return thing.has_version if isinstance(thing, Release) else thing.has_revision


@rule(
    "argo.pinned-source",
    P2,
    on=("argo.application", "argo.flux-release", "argo.flux-source"),
    when=applies,
    category="Release mgmt",
    remedy="pin targetRevision (Flux: ref, version) to a tag, a commit or a release branch",
)
def check(thing: Thing) -> Iterator[Finding]:
    """A production application tracks a fixed revision or a release branch.

    HEAD, no revision at all and `*` deploy whatever is newest, so that a merge or somebody else's release is a deployment
    nobody decided on. Every one of several sources counts. A named main branch and a range of versions are advice; a source
    of Flux that is verified passes.

    ```yaml bad
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: web-prod}
    spec:
      sources:
        - {repoURL: https://git.example.com/shop.git, path: deploy, targetRevision: v1.4.0}
        - repoURL: https://charts.example.com
          chart: redis
          targetRevision: "*"  # <--
        - {repoURL: https://git.example.com/values.git, ref: values, targetRevision: HEAD}  # <--
    ---
    apiVersion: helm.toolkit.fluxcd.io/v2
    kind: HelmRelease
    metadata: {name: redis, namespace: production}
    spec:
      chart:
        spec:
          chart: redis
          version: ">=1.0.0"  # <--
          sourceRef: {kind: HelmRepository, name: charts}
    ```
    ```yaml good
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: web-prod}
    spec:
      source: {repoURL: https://git.example.com/shop.git, path: deploy, targetRevision: release/1.4}
    ---
    apiVersion: source.toolkit.fluxcd.io/v1
    kind: OCIRepository
    metadata: {name: web}
    spec: {url: "oci://ghcr.io/example/web", ref: {semver: 1.4.0}}
    ```
    """
    for moving, place in _moving(thing):
        if moving is not None and moving.slightly:
            yield thing.advice(moving.why, place)
        elif moving is not None:
            yield thing.finding(f"{moving.why}: production changes without a decision", place)


def _moving(thing: Thing) -> Iterator[tuple[Moving | None, Span]]:
    if isinstance(thing, Application):
        for source in thing.sources:
            judge = moving_version if source.is_chart else moving_revision
            yield judge(source.revision, source.revision_key), source.place
    elif isinstance(thing, Release):
        yield moving_version(thing.version), thing.version_place
    elif not thing.is_verified:
        yield _reference(thing)


def _reference(source: Source) -> tuple[Moving | None, Span]:
    """The one of several references that Flux takes."""
    git = source.is_a("source.toolkit.fluxcd.io/GitRepository")
    for key in ("commit", "name", "semver", "tag", "branch") if git else ("digest", "semver", "tag"):
        value = source.get("spec", "ref", key)
        if value is not None:
            place = source.at("spec", "ref", key)
            if key in ("commit", "digest") or (git and key == "tag"):
                return None, place
            judge = moving_version if key == "semver" else moving_tag if key == "tag" else moving_revision
            return judge(value, key), place
    return moving_revision(None, "ref") if git else moving_tag(None, "ref"), source.at("spec", "ref")
