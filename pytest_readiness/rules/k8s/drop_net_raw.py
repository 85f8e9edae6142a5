"""Nobody forges packets from a container."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container


@rule(
    "k8s.drop-net-raw",
    P2,
    on="k8s.container",
    when=lambda container: not container.pod.is_windows and bool(container.dropped_capabilities),
    category="Security & Compliance",
    remedy="drop NET_RAW, or better ALL, in the container's securityContext",
)
def check(container: Container) -> Iterator[Finding]:
    """A container that drops some capabilities drops NET_RAW.

    Runtimes grant it by default, and with it a process answers ARP and DNS in the name of its neighbours on the node. The
    least that must be dropped where not everything can be; a container that drops none is a matter of
    `k8s.drop-all-capabilities`.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          securityContext:
            capabilities:
              drop: [MKNOD]  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1", securityContext: {capabilities: {drop: [NET_RAW]}}}]
    ```
    """
    dropped = {str(name).upper().removeprefix("CAP_") for name in container.dropped_capabilities}
    if not dropped & {"ALL", "NET_RAW"}:
        yield container.finding(
            "keeps NET_RAW: it can forge packets of its neighbours", container.at("securityContext", "capabilities", "drop")
        )
