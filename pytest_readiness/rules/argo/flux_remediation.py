"""A failed upgrade is undone by the one who made it."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.gitops.flux import Release


@rule(
    "argo.flux-remediation",
    P2,
    on="argo.flux-release",
    when=lambda release: release.is_production,
    category="Resilience/DR",
    remedy="set spec.upgrade.remediation.retries to 3, which rolls back between the attempts",
)
def check(release: Release) -> Iterator[Finding]:
    """A failed upgrade of a HelmRelease is rolled back or tried again.

    Without remediation Flux tries once and leaves a half upgraded release until somebody comes. Retries roll back after
    each failure; `RetryOnFailure` tries again without rolling back.

    ```yaml bad
    apiVersion: helm.toolkit.fluxcd.io/v2
    kind: HelmRelease
    metadata: {name: web}
    spec:
      upgrade:  # <--
        crds: CreateReplace
    ```
    ```yaml good
    apiVersion: helm.toolkit.fluxcd.io/v2
    kind: HelmRelease
    metadata: {name: web}
    spec:
      upgrade:
        remediation: {retries: 3}
    ```
    """
    strategy = release.get("spec", "upgrade", "strategy", "name")
    if strategy is not None and strategy == "RetryOnFailure":
        return
    remediation = release.get("spec", "upgrade", "remediation")
    retries = release.get("spec", "upgrade", "remediation", "retries")
    last = release.get("spec", "upgrade", "remediation", "remediateLastFailure")
    if (retries is not None and retries != 0) or (last is not None and last):
        return
    what = "remediation without retries" if remediation is not None else "no remediation"
    yield release.finding(f"{what}: a failed upgrade stays as it failed", release.at("spec", "upgrade", "remediation"))
