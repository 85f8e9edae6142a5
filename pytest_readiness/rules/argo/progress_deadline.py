"""A rollout that hangs comes to an end."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.gitops.rollouts import Rollout


@rule(
    "argo.progress-deadline",
    P3,
    on="argo.rollout",
    when=lambda rollout: rollout.is_production,
    category="Deployment automation",
    remedy="set progressDeadlineAbort to true and progressDeadlineSeconds to what a start may take",
)
def check(rollout: Rollout, *, longest: int = 3600) -> Iterator[Finding]:
    """A rollout that makes no progress is aborted.

    When the pods of a new version never become ready, no metric and no step is ever reached. By default a Rollout only says
    so after ten minutes, and keeps both versions; `progressDeadlineAbort` takes the new one back.

    ```yaml bad
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata:
      name: web  # <--
    spec:
      strategy: {canary: {}}
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: api}
    spec:
      progressDeadlineAbort: true
      progressDeadlineSeconds: 86400  # <--
      strategy: {canary: {}}
    ```
    ```yaml good
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web}
    spec:
      progressDeadlineAbort: true
      progressDeadlineSeconds: 300
      strategy: {canary: {}}
    ```
    """
    aborts = rollout.get("spec", "progressDeadlineAbort")
    seconds = rollout.get("spec", "progressDeadlineSeconds")
    if aborts is None or not aborts:
        place = rollout.at("spec", "progressDeadlineAbort") if aborts is not None else None
        yield rollout.finding("no progressDeadlineAbort: a version that never becomes ready is left half deployed", place)
    elif seconds is not None and seconds > longest:
        place = rollout.at("spec", "progressDeadlineSeconds")
        yield rollout.finding(
            f"progressDeadlineSeconds {seconds} is longer than {longest}: a version that never becomes ready stays", place
        )
