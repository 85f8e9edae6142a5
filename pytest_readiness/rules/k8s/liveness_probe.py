"""A hung process is restarted."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import HANDLERS
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.objects import entries


@rule(
    "k8s.liveness-probe",
    P2,
    on="k8s.container",
    when=lambda container: container.is_long_running,
    category="Kubernetes & Helm",
    remedy="add a livenessProbe that asks the process itself and nothing behind it",
    aliases=("CKV_K8S_8", "kube-linter:no-liveness-probe", "polaris:livenessProbeMissing", "datree:CONTAINERS_MISSING_LIVENESSPROBE_KEY"),
)
def check(container: Container) -> Iterator[Finding]:
    """A long-running container has a liveness probe.

    A process that hangs without dying looks healthy to Kubernetes for ever. Jobs, init and debug containers end by
    themselves and need none; an init container that keeps running (`restartPolicy: Always`) does.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web  # <-- none
          image: web:1
        - name: proxy
          image: proxy:1
          livenessProbe:  # <-- asks nothing
            periodSeconds: 5
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1", livenessProbe: {httpGet: {path: /live, port: 8080}}}]
    ```
    """
    probe = entries(container.get("livenessProbe"))
    handlers = [name for name in HANDLERS if probe.get(name) is not None]
    place = container.at("livenessProbe")
    if len(handlers) != 1:
        what = "asks in several ways, which is refused" if handlers else "asks nothing" if probe else "is missing"
        yield container.finding(f"livenessProbe {what}: a hung process is never restarted", place)
    elif probe == container.get("readinessProbe") and probe.get("failureThreshold") == 1:
        yield container.advice("liveness and readiness ask the same and one slow answer restarts the container", place)
