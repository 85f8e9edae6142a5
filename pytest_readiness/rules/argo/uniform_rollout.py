"""One way to roll out, known to everybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.gitops.rollouts import Rollout
from pytest_readiness.formats.gitops.rollouts import canaries
from pytest_readiness.formats.gitops.rollouts import is_compared
from pytest_readiness.formats.gitops.rollouts import step_lists
from pytest_readiness.formats.gitops.rollouts import steps_of


def applies(rollout: Rollout, project: Project) -> bool:
    return is_compared(rollout) and len(canaries(project, rollout.for_environment)) > 1


@rule(
    "argo.uniform-rollout",
    P2,
    on="argo.rollout",
    when=applies,
    category="Deployment automation",
    remedy="move the steps into a helper that all Rollouts share, such as a library chart",
    effort="2h",
)
def check(rollout: Rollout, project: Project) -> Iterator[Finding]:
    """All rollouts of production share one list of steps.

    Where every service has its own, nobody knows in the night how far a canary goes by itself and when it waits. The list
    that most canaries have is taken for the one that is meant; one that has reason to differ is recorded as accepted.

    ```yaml bad
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: api}
    spec: {strategy: {canary: {steps: [{setWeight: 10}, {pause: {duration: 10m}}]}}}
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web}
    spec: {strategy: {canary: {steps: [{setWeight: 10}, {pause: {duration: 10m}}]}}}
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: shop}
    spec:
      strategy:
        canary:
          steps: [{setWeight: 80}]  # <--
    ```
    ```yaml good
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: api}
    spec: {strategy: {canary: {steps: [{setWeight: 10}, {pause: {duration: 10m}}]}}}
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web}
    spec:
      strategy:
        canary:
          steps:
            - setWeight: 10
            - pause: {duration: 600}
    ```
    """
    own = steps_of(rollout)
    lists = step_lists(project, rollout.for_environment)
    usual, count = Counter(steps for steps, _ in lists).most_common(1)[0]
    if own != usual:
        model = next(other for steps, other in lists if steps == usual)
        others = f"{count} are rolled out like {model.name}" if count > 1 else f"{model.name} ({model.path}) has others"
        yield rollout.finding(f"steps of its own: {others}", rollout.canary_at("steps"))
