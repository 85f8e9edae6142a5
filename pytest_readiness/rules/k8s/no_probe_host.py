"""Probes ask the pod they belong to."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container

ASKERS = (
    ("livenessProbe",),
    ("readinessProbe",),
    ("startupProbe",),
    ("lifecycle", "postStart"),
    ("lifecycle", "preStop"),
)


@rule(
    "k8s.no-probe-host",
    P2,
    on="k8s.container",
    when=lambda container: any(container.get(*keys) is not None for keys in ASKERS),
    category="Security & Compliance",
    remedy="remove host, so that the pod itself is asked",
    aliases=("gatekeeper:pod-security-policy/host-probes-lifecycle",),
    standards=("PSS baseline",),
)
def check(container: Container) -> Iterator[Finding]:
    """A probe or lifecycle hook names no other host.

    The kubelet makes the request from the node's network, so `host` lets whoever writes the pod reach what only nodes may
    reach, and a probe of another host says nothing about this pod.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          readinessProbe:
            httpGet:
              host: 169.254.169.254  # <-- asked from the node
              port: 80
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1", readinessProbe: {httpGet: {path: /ready, port: 80}}}]
    ```
    """
    for keys in ASKERS:
        for handler in ("httpGet", "tcpSocket"):
            host = container.get(*keys, handler, "host")
            if host is not None and host != "":
                yield container.finding(f"{keys[-1]} asks {host} from the node instead of this pod", container.at(*keys, handler, "host"))
