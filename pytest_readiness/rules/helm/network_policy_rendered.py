"""A switch for network policies switches something."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.helm.resources import Release


@rule(
    "helm.network-policy-rendered",
    P2,
    on="helm.release",
    when=lambda release: any(release.enabled("networkPolicy", "networkPolicies", "networkpolicy")),
    category="Security & Compliance",
    remedy="add templates/network-policy.yaml, or remove the value",
)
def check(release: Release) -> Iterator[Finding]:
    """Network policies that the values switch on are rendered.

    A chart with `networkPolicy.enabled: true` and no template for it looks isolated to whoever reads its values.

    ```yaml bad
    apiVersion: v2
    name: shop
    version: 1.0.0
    ```
    ```yaml with values.yaml
    networkPolicy:
      enabled: true  # <--
    ```
    ```yaml good
    apiVersion: v2
    name: shop
    version: 1.0.0
    ```
    ```yaml with values.yaml
    networkPolicy:
      enabled: true
    ```
    ```yaml with templates/network-policy.yaml
    {{- if .Values.networkPolicy.enabled }}
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: shop}
    spec: {podSelector: {}}
    {{- end }}
    ```
    """
    if any(str(body.get("kind")).endswith("NetworkPolicy") for body in release.objects):
        return
    for path, span in release.enabled("networkPolicy", "networkPolicies", "networkpolicy"):
        yield release.finding(f"{path} is true, but no NetworkPolicy is rendered: nothing is isolated", span)
