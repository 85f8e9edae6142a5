"""Ports of the control plane are its own."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.programs import flag
from pytest_readiness.formats.kubernetes.programs import flag_at
from pytest_readiness.formats.kubernetes.programs import program


@rule(
    "k8s.control-plane-binds-locally",
    P2,
    on="k8s.container",
    when=lambda container: program(container) in ("kube-controller-manager", "kube-scheduler"),
    category="Security & Compliance",
    remedy="set --bind-address=127.0.0.1",
    aliases=(
        "CKV_K8S_113",
        "CKV_K8S_115",
    ),
)
def check(container: Container) -> Iterator[Finding]:
    """Controller manager and scheduler listen on the loopback address only.

    Their ports are for the node itself. Without a flag they listen on every address, where whoever reaches the node finds
    metrics and profiles.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: kube-scheduler, namespace: kube-system}
    spec:
      containers:
        - name: kube-scheduler
          image: registry.k8s.io/kube-scheduler:v1
          command:
            - kube-scheduler
            - --bind-address=0.0.0.0  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: kube-scheduler, namespace: kube-system}
    spec:
      containers: [{name: kube-scheduler, image: "registry.k8s.io/kube-scheduler:v1", command: [kube-scheduler, "--bind-address=127.0.0.1"]}]
    ```
    """
    value = flag(container, "bind-address")
    if value is None or value not in ("127.0.0.1", "::1", "localhost"):
        listens = "every address" if value is None else value
        yield container.finding(f"listens on {listens} instead of 127.0.0.1", container.at(*flag_at(container, "bind-address")))
