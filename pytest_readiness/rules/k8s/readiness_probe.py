"""Traffic waits until it can be answered."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.relations import takes_traffic


@rule(
    "k8s.readiness-probe",
    P2,
    on="k8s.container",
    when=takes_traffic,
    category="Kubernetes & Helm",
    remedy="add a readinessProbe that passes once requests can be answered",
    aliases=(
        "CKV_K8S_9",
        "kube-linter:no-readiness-probe",
        "polaris:readinessProbeMissing",
        "datree:CONTAINERS_MISSING_READINESSPROBE_KEY",
    ),
)
def check(container: Container) -> Iterator[Finding]:
    """A container that takes traffic has a readiness probe.

    Without one, requests reach a starting process before it can answer, at every deployment and every restart. Asked of
    pods that a Service selects, of Rollouts and, where the manifests hold no Service at all, of containers with ports.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web, labels: {app: web}}
    spec:
      containers:
        - name: web  # <--
          image: web:1
          ports: [{containerPort: 8080}]
        - name: shipper
          image: shipper:1
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}, ports: [{port: 80}]}
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
    ```
    """
    if not container.has_probe("readinessProbe"):
        what = "no readinessProbe" if container.get("readinessProbe") is None else "the readinessProbe asks nothing"
        yield container.finding(f"{what}: traffic arrives before the process can answer", container.at("readinessProbe"))
