"""Requests follow what is really used."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Workload
from pytest_readiness.formats.kubernetes.relations import rollout_of
from pytest_readiness.formats.kubernetes.relations import vertical_autoscalers_of

LONG_RUNNING = ("apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "argoproj.io/Rollout")


def is_asked(workload: Workload, project: Project) -> bool:
    return workload.is_a(*LONG_RUNNING) and workload.is_production and rollout_of(workload, project) is None


@rule(
    "k8s.vpa",
    P3,
    on="k8s.workload",
    when=is_asked,
    category="Performance",
    remedy="add a VerticalPodAutoscaler with updateMode: Off that targets it",
    needs="required",
)
def check(workload: Workload, project: Project, *, required: bool = False) -> Iterator[Finding]:
    """A production workload has recommendations for its requests.

    Requests that somebody guessed once are too low when the load grows and paid for when it does not. A
    VerticalPodAutoscaler with `updateMode: "Off"` changes nothing and says what would fit. Asked where the option `required` is set.

    ```yaml bad
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web  # <--
    spec: {template: {spec: {containers: [{name: web, image: "web:1"}]}}}
    ```
    ```yaml with readiness.yaml
    options:
      k8s.vpa: {required: true}
    ```
    ```yaml good
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {template: {spec: {containers: [{name: web, image: "web:1"}]}}}
    ---
    apiVersion: autoscaling.k8s.io/v1
    kind: VerticalPodAutoscaler
    metadata: {name: web}
    spec: {targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, updatePolicy: {updateMode: "Off"}}
    ```
    ```yaml with readiness.yaml
    options:
      k8s.vpa: {required: true}
    ```
    """
    if required and next(vertical_autoscalers_of(workload, project), None) is None:
        yield workload.finding("no VerticalPodAutoscaler targets it: nobody sees whether its requests fit")
