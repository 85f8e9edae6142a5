"""What was aborted goes away, but not at once."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.gitops.rollouts import Rollout

_KEY = "abortScaleDownDelaySeconds"


@rule(
    "argo.abort-scale-down",
    P3,
    on="argo.rollout",
    when=lambda rollout: (rollout.is_canary and bool(rollout.routing)) or rollout.is_blue_green,
    category="Deployment automation",
    remedy="set abortScaleDownDelaySeconds to 30, or leave it out, which means 30",
)
def check(rollout: Rollout) -> Iterator[Finding]:
    """An aborted version is scaled down after a delay.

    The delay lets requests that are under way end. 0 does not mean at once: it keeps the pods of every aborted version
    running for ever.

    ```yaml bad
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web}
    spec:
      strategy:
        canary:
          abortScaleDownDelaySeconds: 0  # <--
          trafficRouting: {nginx: {stableIngress: web}}
    ```
    ```yaml good
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web}
    spec:
      strategy:
        canary:
          abortScaleDownDelaySeconds: 60
          trafficRouting: {nginx: {stableIngress: web}}
    ```
    """
    canary = rollout.is_canary
    delay = rollout.canary(_KEY) if canary else rollout.blue_green(_KEY)
    if delay is not None and delay == 0:
        place = rollout.canary_at(_KEY) if canary else rollout.blue_green_at(_KEY)
        yield rollout.finding(f"{_KEY} is 0: the pods of an aborted version are never scaled down", place)
