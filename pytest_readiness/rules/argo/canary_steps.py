"""Little by little, with time to look."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from itertools import pairwise

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.gitops.rollouts import Rollout
from pytest_readiness.formats.gitops.rollouts import Step
from pytest_readiness.formats.kubernetes.relations import lowest_replicas


@rule(
    "argo.canary-steps",
    P2,
    on="argo.rollout",
    when=lambda rollout: rollout.is_canary and rollout.is_production,
    category="Deployment automation",
    remedy="start with setWeight 10 and a pause of 10m, then 50 and a pause of 20m",
)
def check(rollout: Rollout, project: Project, *, first: int = 10) -> Iterator[Finding]:
    """A canary advances in bounded steps with pauses between them.

    Without steps a canary is a rolling update; a large first step is most of one; a step that nothing follows is over before
    a metric can tell. Without a traffic router the weight is a number of pods: 10 % of three replicas is a whole one.

    ```yaml bad
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web}
    spec:
      strategy:
        canary:
          trafficRouting: {plugins: {argoproj-labs/gatewayAPI: {}}}
          steps:
            - setWeight: 40  # <--
            - pause: {duration: 10m}
            - setWeight: 80  # <--
            - setWeight: 100
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: api}
    spec:
      strategy:
        canary: {maxSurge: 1}  # <-- no steps
    ```
    ```yaml good
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web}
    spec:
      strategy:
        canary:
          trafficRouting: {plugins: {argoproj-labs/gatewayAPI: {}}}
          steps:
            - setWeight: 10
            - pause: {duration: 10m}
            - setWeight: 50
            - analysis: {templates: [{templateName: errors}]}
    ```
    """
    steps = rollout.steps
    weighed = [step for step in steps if step.weight is not None and step.weight > 0]
    if len(weighed) < 2:  # one step and the end are no advance
        few = "one setWeight alone" if weighed else "no setWeight above 0"
        what = f"{few}: at least 2 are needed to advance" if steps else "no steps: it is a rolling update"
        yield rollout.finding(what, rollout.canary_at("steps"))
        return
    yield from _first(rollout, weighed[0], first, project)
    for before, after in pairwise(weighed):
        if after.weight <= before.weight:
            place = rollout.step_at(after, "setWeight")
            yield rollout.finding(f"setWeight {after.weight} after {before.weight} does not advance", place)
    for step in weighed:
        if step.weight < rollout.whole_weight and not any(later.waits for later in _until_the_next(steps, step)):
            yield rollout.finding(
                f"setWeight {step.weight} is over at once: no pause and no analysis follows it", rollout.step_at(step, "setWeight")
            )
    waiting = [step for step in steps if step.waits]
    if waiting and all(step.waits_for_somebody for step in waiting):
        yield rollout.advice("every pause waits for somebody: a canary at night stays one", rollout.step_at(waiting[0], "pause"))


def _until_the_next(steps: Sequence[Step], step: Step) -> Iterator[Step]:
    for later in steps[step.index + 1 :]:
        if later.weight is not None:
            return
        yield later


def _first(rollout: Rollout, step: Step, limit: int, project: Project) -> Iterator[Finding]:
    share = 100 * step.weight / rollout.whole_weight
    place = rollout.step_at(step, "setWeight")
    if share > limit:
        yield rollout.finding(f"the first step gives {share:.0f} % of the traffic to the new version, more than {limit} %", place)
    elif not rollout.routing and (replicas := lowest_replicas(rollout, project)) is not None and 100 / (replicas + 1) > limit:
        pods = f"of {replicas} replicas" if replicas != 1 else "of 1 replica"
        smallest = 100 / (replicas + 1)  # one pod more may run for the time of the update
        yield rollout.finding(f"without trafficRouting {step.weight} % {pods} is one pod, at least {smallest:.0f} % of the traffic", place)
