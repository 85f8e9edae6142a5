"""Nobody logs in to a container over SSH."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container


@rule(
    "k8s.no-ssh-port",
    P2,
    on="k8s.container",
    when=lambda container: bool(container.ports),
    category="Security & Compliance",
    remedy="remove the SSH server and use kubectl exec or debug",
    aliases=("kube-linter:ssh-port",),
)
def check(container: Container) -> Iterator[Finding]:
    """A container does not listen for SSH.

    A login server beside the program is a second way in, with keys of its own, that no audit log of the cluster sees.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          ports:
            - containerPort: 22  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1", ports: [{containerPort: 8080}, {containerPort: 22, protocol: UDP}]}]
    ```
    """
    for number, port in enumerate(container.ports):
        if port.get("containerPort") == 22 and (port.get("protocol") is None or port["protocol"] == "TCP"):
            yield container.finding(
                "port 22 is for SSH: a way in that the cluster does not see", container.at("ports", number, "containerPort")
            )
