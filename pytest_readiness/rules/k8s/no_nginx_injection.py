"""Annotations that become configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object

PREFIX = "nginx.ingress.kubernetes.io/"
NAMES = ("auth-url", "auth-signin", "auth-tls-match-cn", "mirror-target", "mirror-host")
DANGEROUS = re.compile(r"[|;#{}\n\r`\"]").search


@rule(
    "k8s.no-nginx-injection",
    P1,
    on="k8s.ingress",
    when=lambda ingress: any(f"{PREFIX}{name}" in ingress.annotations for name in NAMES),
    category="Security & Compliance",
    remedy="write a plain URL or name into the annotation, and keep ingress-nginx up to date",
    aliases=("KCV-0093",),
)
def check(ingress: Object) -> Iterator[Finding]:
    """No annotation of an Ingress breaks out of the configuration it is written into.

    ingress-nginx copied these annotations into its configuration; with a separator in them they load code into the
    controller, which holds every secret of the cluster (CVE-2025-1097, CVE-2025-1098, CVE-2025-24514).

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: web
      annotations:
        nginx.ingress.kubernetes.io/auth-url: "http://auth.example.com/#;ssl_engine evil"  # <--
    spec: {ingressClassName: nginx}
    ```
    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: web, annotations: {nginx.ingress.kubernetes.io/auth-url: "https://auth.example.com/check"}}
    spec: {ingressClassName: nginx}
    ```
    """
    for name in NAMES:
        value = ingress.annotations.get(f"{PREFIX}{name}")
        if value is not None and DANGEROUS(str(value)):
            place = ingress.at("metadata", "annotations", f"{PREFIX}{name}")
            yield ingress.finding(f"{name} holds characters that end the directive it is written into", place)
