"""No script in the night."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import cast

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import Span
from pytest_readiness import rule
from pytest_readiness.formats.gitops.repository import pipelines
from pytest_readiness.formats.gitops.repository import switch_scripts
from pytest_readiness.formats.gitops.repository import switches_by_code_deploy
from pytest_readiness.formats.gitops.rollouts import Canary
from pytest_readiness.formats.gitops.rollouts import Rollout


def blue_green(project: Project) -> list[Rollout]:
    return [rollout for rollout in cast("Sequence[Rollout]", project.resources("argo.rollout")) if rollout.is_blue_green]


def applies(_: Resource, project: Project) -> bool:
    return bool(switch_scripts(project)) or any(rollout.is_production for rollout in blue_green(project))


@rule(
    "argo.bluegreen-automated",
    P2,
    on="argo.repository",
    when=applies,
    category="Deployment automation",
    remedy="use a Rollout with blueGreen and a prePromotionAnalysis, or run the script in a workflow",
    effort="1d",
)
def check(repository: Resource, project: Project) -> Iterator[Finding]:
    """Switching from blue to green is automated.

    A script that somebody runs by hand is run differently every time, and by nobody when it matters. A Rollout with
    `blueGreen`, a Flagger Canary or CodeDeploy does it; a script that a pipeline calls does as well.

    ```shell bad scripts/blue-green-switch.sh
    kubectl patch service web -p "$PATCH"
    ```
    ```yaml with deploy/web.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      template: {spec: {containers: [{name: web, image: "web:1"}]}}
    ```
    ```yaml bad deploy/web.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web}
    spec:
      strategy:
        blueGreen:  # <-- no activeService
          previewService: web-preview
    ```
    ```yaml good deploy/web.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web}
    spec:
      strategy:
        blueGreen:
          activeService: web
          previewService: web-preview
          prePromotionAnalysis: {templates: [{templateName: smoke}]}
    ```
    """
    rollouts = [rollout for rollout in blue_green(project) if rollout.is_production]
    for rollout in rollouts:
        if not rollout.blue_green("activeService"):
            yield repository.finding(f"{rollout.name} has no activeService: the Rollout is refused", rollout.blue_green_at("activeService"))
        elif rollout.blue_green("prePromotionAnalysis") is None:
            what = (
                "waits for somebody to promote it"
                if rollout.blue_green("autoPromotionEnabled") is False
                else "is promoted as soon as its pods are ready"
            )
            place = rollout.blue_green_at("prePromotionAnalysis")
            yield repository.advice(f"{rollout.name} has no prePromotionAnalysis: it {what}", place)
    if (
        rollouts
        or any(_switches(canary) for canary in cast("Sequence[Canary]", project.resources("argo.canary")))
        or switches_by_code_deploy(project)
    ):
        return
    texts = list(pipelines(project))
    for path in switch_scripts(project):
        name = path.rpartition("/")[2]
        if not any(name in text for text in texts):
            yield repository.finding(f"{name} is run by hand: no workflow calls it", Span(path))


def _switches(canary: Canary) -> bool:
    """Whether Flagger switches all at once, after a number of iterations."""
    return canary.analysis("iterations") is not None and canary.analysis("stepWeight") is None
