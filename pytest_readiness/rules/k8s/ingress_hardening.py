"""The front door has limits."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object

NGINX = "nginx.ingress.kubernetes.io/"
SNIPPETS = ("configuration-snippet", "server-snippet", "stream-snippet", "auth-snippet", "modsecurity-snippet")
LIMITS = ("limit-rps", "limit-rpm", "limit-connections", "limit-rate", "limit-rate-after", "global-rate-limit")
MIDDLEWARES = "traefik.ingress.kubernetes.io/router.middlewares"


def controller(ingress: Object) -> str | None:
    """The controller, by class or by the annotations meant for it."""
    name = ingress.get("spec", "ingressClassName")
    named = str(ingress.annotations.get("kubernetes.io/ingress.class") if name is None else name)
    for known in ("nginx", "traefik"):
        if known in named or any(key.startswith(f"{known}.ingress.kubernetes.io/") for key in ingress.annotations):
            return known
    return None


@rule(
    "k8s.ingress-hardening",
    P2,
    on="k8s.ingress",
    when=lambda ingress: controller(ingress) is not None,
    category="Security & Compliance",
    remedy="add a rate limit and keep the redirect to HTTPS",
)
def check(ingress: Object) -> Iterator[Finding]:
    """An Ingress limits its clients, redirects to HTTPS and injects no configuration.

    Without a limit one client takes the capacity of all. Snippets are written into the controller's own configuration,
    with the secrets of every namespace in reach. Judged for nginx and Traefik.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: web
      annotations:
        nginx.ingress.kubernetes.io/limit-rps: "20"
        nginx.ingress.kubernetes.io/ssl-redirect: "false"  # <--
        nginx.ingress.kubernetes.io/server-snippet: return 200;  # <--
    spec: {ingressClassName: nginx, rules: [{host: shop.example.com}]}
    ```
    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: web, annotations: {nginx.ingress.kubernetes.io/limit-rps: "20"}}
    spec: {ingressClassName: nginx, rules: [{host: shop.example.com}]}
    ```
    """
    annotations = ingress.annotations
    if controller(ingress) == "traefik":
        if MIDDLEWARES not in annotations:
            yield ingress.finding("no Traefik middleware: no client is limited")
        return
    for name in SNIPPETS:
        if f"{NGINX}{name}" in annotations:
            place = ingress.at("metadata", "annotations", f"{NGINX}{name}")
            yield ingress.finding(f"{name} is written into the configuration of the controller, which serves every namespace", place)
    for name in ("ssl-redirect", "force-ssl-redirect"):
        if str(annotations.get(f"{NGINX}{name}")).lower() == "false" and name == "ssl-redirect":
            yield ingress.finding(
                "ssl-redirect is off: the site also answers in the clear", ingress.at("metadata", "annotations", f"{NGINX}{name}")
            )
    if not any(f"{NGINX}{name}" in annotations for name in LIMITS):
        yield ingress.finding("no rate limit: one client can take the capacity of all")
