"""A probe asks a port that is there."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import PROBES
from pytest_readiness.formats.kubernetes.objects import Container


def ports_asked(container: Container) -> Iterator[tuple[str, str, object]]:
    for probe in PROBES:
        for handler in ("httpGet", "tcpSocket"):
            port = container.get(probe, handler, "port")
            if port is not None and not isinstance(port, int):
                yield probe, handler, port


@rule(
    "k8s.probe-port-exists",
    P1,
    on="k8s.container",
    when=lambda container: any(ports_asked(container)),
    category="Kubernetes & Helm",
    remedy="name the port under the container's ports, or ask a number",
    aliases=("kube-linter:liveness-port", "kube-linter:readiness-port", "kube-linter:startup-port"),
)
def check(container: Container) -> Iterator[Finding]:
    """A probe that asks a named port names one that the container has.

    The kubelet cannot resolve the name otherwise: the probe fails for ever and the container is restarted or never gets
    traffic.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          ports: [{name: web, containerPort: 8080}]
          livenessProbe:
            httpGet:
              path: /live
              port: http  # <-- there is only web
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          ports: [{name: http, containerPort: 8080}]
          livenessProbe: {httpGet: {path: /live, port: http}}
    ```
    """
    names = [port.get("name") for port in container.ports]
    for probe, handler, port in ports_asked(container):
        if is_unknown(port) or (not str(port).isdigit() and port not in names):
            place = container.at(probe, handler, "port")
            yield container.finding(f"{probe} asks the port {port}, which the container does not have: it always fails", place)
