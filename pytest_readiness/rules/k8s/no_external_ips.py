"""A Service answers only at its own addresses."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import items


@rule(
    "k8s.no-external-ips",
    P2,
    on="k8s.service",
    category="Security & Compliance",
    remedy="remove externalIPs and use a load balancer or an Ingress",
)
def check(service: Object) -> Iterator[Finding]:
    """A Service claims no external addresses.

    Nodes send traffic for any address in `externalIPs` to the Service, so whoever may write one can intercept what other
    pods send there (CVE-2020-8554).

    ```yaml bad
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec:
      selector: {app: web}
      ports: [{port: 80}]
      externalIPs:
        - 203.0.113.7  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}, ports: [{port: 80}]}
    ```
    """
    for number, address in enumerate(items(service.get("spec", "externalIPs"))):
        yield service.finding(f"claims {address}: every node sends traffic for it here", service.at("spec", "externalIPs", number))
