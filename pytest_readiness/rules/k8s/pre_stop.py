"""The last requests are answered."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import REPLICATED
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.relations import takes_traffic


def serves(container: Container, project: Project) -> bool:
    return container.pod.owner.is_a(*REPLICATED) and bool(container.ports) and takes_traffic(container, project)


@rule(
    "k8s.pre-stop",
    P3,
    on="k8s.container",
    when=serves,
    category="Deployment automation",
    remedy="add a preStop hook that sleeps for a few seconds (lifecycle.preStop.sleep, or exec sleep)",
)
def check(container: Container) -> Iterator[Finding]:
    """A container that serves traffic waits before it stops.

    A pod is taken out of its Service and told to stop at the same moment; until every node knows, requests still arrive at
    a process that is gone. A preStop hook of some seconds bridges that. Judged where replicas take traffic from a Service.

    ```yaml bad
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      template:
        spec:
          containers:
            - name: web  # <--
              image: web:1
              ports: [{containerPort: 8080}]
    ```
    ```yaml good
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      template:
        spec:
          containers:
            - name: web
              image: web:1
              ports: [{containerPort: 8080}]
              lifecycle: {preStop: {sleep: {seconds: 5}}}
    ```
    """
    if container.get("lifecycle", "preStop") is None:
        yield container.finding("no preStop hook: requests that arrive while it stops fail")
