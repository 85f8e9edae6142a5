"""The internet is invited on purpose only."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.balancers import says_internal
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import items

RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"


@rule(
    "k8s.no-open-load-balancer",
    P3,
    on="k8s.service",
    category="Security & Compliance",
    remedy="set loadBalancerSourceRanges or make the load balancer internal",
    aliases=("gatekeeper:general/block-loadbalancer-services",),
)
def check(service: Object) -> Iterator[Finding]:
    """A load balancer is internal or says whom it serves.

    A plain LoadBalancer Service gets a public address in most clouds, so whatever listens behind it is on the internet.
    The one in front of the Ingress controller is meant to be: record it as known.

    ```yaml bad
    apiVersion: v1
    kind: Service
    metadata: {name: db}
    spec:
      type: LoadBalancer  # <-- public
      selector: {app: db}
      ports: [{port: 5432}]
    ```
    ```yaml good
    apiVersion: v1
    kind: Service
    metadata: {name: db}
    spec: {type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8], selector: {app: db}, ports: [{port: 5432}]}
    ```
    """
    if service.get("spec", "type") != "LoadBalancer":
        return
    annotations = service.annotations
    internal = any(says_internal(name, value) for name, value in annotations.items())
    ranges = items(service.get("spec", "loadBalancerSourceRanges")) or str(annotations.get(RANGES) or "")
    if not internal and (not ranges or "0.0.0.0/0" in ranges):
        limits = "its source ranges hold 0.0.0.0/0" if ranges else "no loadBalancerSourceRanges"
        yield service.finding(f"a public load balancer that serves everybody: {limits}", service.at("spec", "type"))
