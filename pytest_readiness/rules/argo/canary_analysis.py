"""The canary is looked at, not only waited for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Unresolved
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.gitops.analyses import Metric
from pytest_readiness.formats.gitops.analyses import is_dry
from pytest_readiness.formats.gitops.analyses import metrics_of
from pytest_readiness.formats.gitops.analyses import template_of
from pytest_readiness.formats.gitops.rollouts import Canary
from pytest_readiness.formats.gitops.rollouts import Rollout
from pytest_readiness.formats.kubernetes.objects import dig
from pytest_readiness.formats.kubernetes.sources import objects_everywhere


@rule(
    "argo.canary-analysis",
    P1,
    on=("argo.rollout", "argo.canary"),
    when=lambda thing: thing.is_production and (isinstance(thing, Canary) or thing.is_canary),
    category="Deployment automation",
    remedy="refer to an AnalysisTemplate that measures errors and latency and can fail",
    effort="2h",
)
def check(thing: Rollout | Canary, project: Project) -> Iterator[Finding]:
    """A canary is aborted by what is measured.

    Without an analysis nothing but a person stops a bad version on its way to everybody. The templates must exist, and one
    metric at least must be able to fail: with a provider, a condition, and not only as a dry run. Asked of what goes to production.

    ```yaml bad
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web}
    spec:
      strategy:
        canary:  # <-- no analysis
          steps: [{setWeight: 10}, {pause: {duration: 10m}}, {setWeight: 50}, {pause: {duration: 10m}}]
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: api}
    spec:
      strategy:
        canary:
          analysis: {templates: [{templateName: erors}]}  # <-- there is none of this name
    ---
    apiVersion: flagger.app/v1beta1
    kind: Canary
    metadata: {name: shop}
    spec:
      targetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
      analysis: {interval: 1m, threshold: 5, stepWeight: 10}  # <-- no metrics
    ```
    ```yaml good
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web}
    spec:
      strategy:
        canary:
          analysis: {templates: [{templateName: errors}]}
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: AnalysisTemplate
    metadata: {name: errors}
    spec:
      metrics:
        - name: error-ratio
          interval: 1m
          failureLimit: 2
          successCondition: result[0] < 0.01
          provider: {prometheus: {address: http://prometheus, query: "job:errors:ratio_rate5m"}}
    ```
    """
    yield from _flagger(thing, project) if isinstance(thing, Canary) else _rollout(thing, project)


def _rollout(rollout: Rollout, project: Project) -> Iterator[Finding]:
    uses = list(rollout.analyses)
    if not uses:
        yield rollout.finding("no analysis: nothing but a person stops a bad version", rollout.canary_at("analysis"))
        return
    sound: list[Metric] = []
    toothless: list[Finding] = []
    broken = False
    for use in uses:
        template = template_of(use, rollout, project) if use.name is not None else None
        if template is None:
            kind = "ClusterAnalysisTemplate" if use.is_cluster_wide else "AnalysisTemplate"
            broken = True
            yield rollout.finding(f"there is no {kind} {use.name}: the Rollout is refused", rollout.at(*use.keys))
            continue
        for metric in metrics_of(template, rollout, project):
            if refused := metric.invalid or (use.ends and metric.is_endless and "never ends, which a step must: the Rollout is refused"):
                broken = True
                yield rollout.finding(f"metric {metric.name} {refused}", metric.at("count"))
            elif (use.dry is not None and is_dry(metric.name, use.dry)) or metric.is_dry:
                toothless.append(rollout.finding(f"metric {metric.name} is only tried (dryRun): it never fails", metric.at("name")))
            elif why := metric.toothless:
                toothless.append(rollout.finding(f"metric {metric.name} {why}", metric.at("name")))
            else:
                sound.append(metric)
    if not sound and not broken:
        yield from toothless or [rollout.finding("its analysis templates have no metrics", rollout.at(*uses[0].keys))]
    elif sound and all(metric.is_query and not metric.is_about_requests for metric in sound):
        yield rollout.advice("no metric is about errors, latency or a budget of errors", sound[0].at("name"))


def _flagger(canary: Canary, project: Project) -> Iterator[Finding]:
    if canary.skips_analysis:
        yield canary.finding("skipAnalysis promotes every version unseen", canary.at("spec", "skipAnalysis"))
        return
    metrics = canary.metrics
    if not metrics:
        yield canary.finding("no metrics: nothing but a failing pod stops a bad version", canary.analysis_at("metrics"))
    bounded = [metric for metric in metrics if any(dig(metric, key) is not None for key in ("thresholdRange", "threshold"))]
    if metrics and not bounded:
        yield canary.finding("no metric has a thresholdRange, so none ever fails", canary.analysis_at("metrics"))
    for index, metric in enumerate(metrics):
        name = dig(metric, "templateRef", "name")
        if name is not None and not _has_template(name, dig(metric, "templateRef", "namespace"), project):
            yield canary.finding(
                f"there is no MetricTemplate {name}: the analysis fails", canary.analysis_at("metrics", index, "templateRef")
            )


def _has_template(name: Any, namespace: Any, project: Project) -> bool:
    """Whether a MetricTemplate exists; those of another namespace may all be kept in another repository."""
    names = [template.object_name for template in objects_everywhere(project, "flagger.app/MetricTemplate")]
    if any(map(is_unknown, names)) or (not names and namespace is not None):
        raise Unresolved(f"MetricTemplate {name} is not kept in this repository")
    return name in names
