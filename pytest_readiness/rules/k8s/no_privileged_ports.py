"""Ports that only root may open."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.objects import whole


@rule(
    "k8s.no-privileged-ports",
    P3,
    on="k8s.container",
    when=lambda container: bool(container.ports) and not container.pod.is_windows,
    category="Kubernetes & Helm",
    remedy="listen on a port from 1024 up and let the Service map it",
    aliases=("kube-linter:privileged-ports",),
)
def check(container: Container) -> Iterator[Finding]:
    """A container listens on ports from 1024 up.

    Ports below need root or a capability on many runtimes, and a Service gives the outside any port it wants.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          ports:
            - containerPort: 80  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1", ports: [{containerPort: 8080}]}]
    ```
    """
    for number, port in enumerate(container.ports):
        value = whole(port.get("containerPort"))
        if value is not None and 0 < value < 1024:
            place = container.at("ports", number, "containerPort")
            yield container.finding(f"port {value} needs root or a capability on many runtimes", place)
