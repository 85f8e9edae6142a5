"""Traffic comes in through one door."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object


@rule(
    "k8s.no-node-port",
    P2,
    on="k8s.service",
    category="Security & Compliance",
    remedy="use a ClusterIP Service behind an Ingress or Gateway",
    aliases=("datree:SERVICE_INCORRECT_TYPE_VALUE_NODEPORT", "gatekeeper:general/block-nodeport-services"),
)
def check(service: Object) -> Iterator[Finding]:
    """A Service opens no port on every node.

    A NodePort is reachable at each node's address, past the Ingress with its TLS, limits and logs, and past most network
    policies.

    ```yaml bad
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec:
      type: NodePort  # <--
      selector: {app: web}
      ports: [{port: 80}]
    ```
    ```yaml good
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}, ports: [{port: 80}]}
    ```
    """
    if service.get("spec", "type") == "NodePort":
        yield service.finding("NodePort opens a port on every node, past the Ingress and its policies", service.at("spec", "type"))
