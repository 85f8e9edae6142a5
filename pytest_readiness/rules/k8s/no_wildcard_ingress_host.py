"""An Ingress answers for its own names."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import mappings


@rule(
    "k8s.no-wildcard-ingress-host",
    P3,
    on="k8s.ingress",
    when=lambda ingress: bool(mappings(ingress.get("spec", "rules"))),
    category="Security & Compliance",
    remedy="write the host names out",
    aliases=("gatekeeper:general/block-wildcard-ingress",),
)
def check(ingress: Object) -> Iterator[Finding]:
    """An Ingress names its hosts.

    A rule without a host, or with `*.example.com`, takes the requests of every name that nobody else has claimed, those of
    other teams' services included as long as they are not deployed.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: web}
    spec:
      rules:
        - host: "*.example.com"  # <--
        - http: {paths: []}  # <--
    ```
    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: web}
    spec: {rules: [{host: shop.example.com}]}
    ```
    """
    for number, entry in enumerate(mappings(ingress.get("spec", "rules"))):
        host = entry.get("host")
        if host is None or host == "":
            yield ingress.finding(
                "a rule without a host takes every name that nobody else has claimed", ingress.at("spec", "rules", number)
            )
        elif "*" in str(host):
            place = ingress.at("spec", "rules", number, "host")
            yield ingress.finding(f"{host} takes every name below that nobody else has claimed", place)
