"""What YAML cannot say: one value of a workload against another."""

from __future__ import annotations

from pytest_readiness import P2
from pytest_readiness import rule


@rule(
    "acme.one-registry",
    P2,
    on="k8s.workload",
    category="Resilience/DR",
    remedy="push all images of a workload to one registry",
    when=lambda workload: len(list(workload.images)) > 0,
)
def one_registry(workload):
    """All images of a workload come from one registry.

    It starts only while every registry that it pulls from is up.

    ```yaml bad
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
    spec:
      template:
        spec:
          containers:  # <--
            - {name: web, image: "registry.example.com/web:1"}
            - {name: proxy, image: "docker.io/envoyproxy/envoy:v1.32"}
    ```
    ```yaml good
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
    spec:
      template:
        spec:
          containers:
            - {name: web, image: "registry.example.com/web:1"}
            - {name: proxy, image: "registry.example.com/envoy:1.32"}
    ```
    """
    registries = sorted({image.registry or "docker.io" for image in workload.images})
    if len(registries) > 1:
        yield workload.finding(
            f"pulls from {' and '.join(registries)}: it starts only while all of them are up", workload.pod_at("containers")
        )
