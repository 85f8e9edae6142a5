"""Attacks are stopped before they reach the service."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.cluster import blocks
from pytest_readiness.formats.kubernetes.cluster import foundation
from pytest_readiness.formats.kubernetes.cluster import objects
from pytest_readiness.formats.kubernetes.objects import Object

ALB = "alb.ingress.kubernetes.io/"
ACL = (f"{ALB}wafv2-acl-arn", f"{ALB}waf-acl-id", "appgw.ingress.kubernetes.io/waf-policy-for-path")
NGINX = "nginx.ingress.kubernetes.io/"
MODSECURITY = ("enable-modsecurity", "enable-owasp-modsecurity-crs", "enable-owasp-core-rules", "modsecurity-snippet")
TERRAFORM = (
    "aws_wafv2_web_acl_association",
    "aws_wafregional_web_acl_association",
    "google_compute_security_policy",
    "azurerm_web_application_firewall_policy",
    "azurerm_cdn_frontdoor_firewall_policy",
    "cloudflare_ruleset",
)


def class_of(ingress: Object) -> str:
    name = ingress.get("spec", "ingressClassName")
    return str(ingress.annotations.get("kubernetes.io/ingress.class", "") if name is None else name)


def is_public(ingress: Object) -> bool:
    """Whether the world reaches it: neither its class nor its load balancer says that it is internal."""
    if not ingress.is_production or any(word in class_of(ingress) for word in ("internal", "private")):
        return False
    if ingress.annotations.get("kubernetes.io/ingress.class") == "gce-internal":
        return False
    alb = class_of(ingress) == "alb" or any(name.startswith(ALB) for name in ingress.annotations)
    return not alb or ingress.annotations.get(f"{ALB}scheme") == "internet-facing"


def has_own_firewall(ingress: Object) -> bool:
    if any(name in ingress.annotations for name in ACL):
        return True
    return any(str(ingress.annotations.get(f"{NGINX}{name}", "false")).lower() != "false" for name in MODSECURITY)


def exposed(project: Project) -> list[Object]:
    """The public ingresses whose firewall would be declared here: on themselves, or in the platform."""
    public = [ingress for ingress in objects(project, "networking.k8s.io/Ingress") if is_public(ingress)]
    return public if foundation(project) else [ingress for ingress in public if class_of(ingress) == "alb"]


def has_public_ingress(_: Resource, project: Project, *, kept_elsewhere: bool = False) -> bool:
    return not kept_elsewhere and bool(exposed(project))


@rule(
    "k8s.waf",
    P2,
    on="k8s.repository",
    when=has_public_ingress,
    category="Security & Compliance",
    remedy="attach a WAF ACL to the load balancer, or switch on ModSecurity or Coraza in the controller",
    effort="1d",
)
def check(repository: Resource, project: Project) -> Iterator[Finding]:
    """What the internet reaches is behind a web application firewall.

    Injection and known exploits are tried on every public address within minutes. An ACL on the load balancer, ModSecurity
    or Coraza in the ingress controller and Cloud Armor count. Judged where an Ingress is public and the firewall would be
    declared here: in a repository that runs the cluster, or on the Ingress itself (class `alb`). Where it stands elsewhere,
    set the option `kept_elsewhere`.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: web  # <--
      annotations: {alb.ingress.kubernetes.io/scheme: internet-facing}
    spec: {ingressClassName: alb, rules: [{host: shop.example.com}]}
    ```
    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: web
      annotations:
        alb.ingress.kubernetes.io/scheme: internet-facing
        alb.ingress.kubernetes.io/wafv2-acl-arn: arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/1
    spec: {ingressClassName: alb, rules: [{host: shop.example.com}]}
    ```
    """
    if any(blocks(project, *TERRAFORM)) or any(
        front.get("web_acl_id") is not None for front in blocks(project, "aws_cloudfront_distribution")
    ):
        return
    for settings in objects(project, "ConfigMap"):
        if str(settings.peek("data", "enable-modsecurity")).lower() == "true":
            return
    if any(settings.peek("spec", "securityPolicy") is not None for settings in objects(project, "cloud.google.com/BackendConfig")):
        return
    for ingress in exposed(project):
        if not has_own_firewall(ingress):
            yield repository.finding("public without a web application firewall", ingress.span)
