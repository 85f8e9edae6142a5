"""Certificates renew themselves."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.configs import makers_of
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import mappings
from pytest_readiness.formats.kubernetes.sources import objects_everywhere

CERTIFICATE = "cert-manager.io/Certificate"
ISSUERS = {"cert-manager.io/issuer": "Issuer", "cert-manager.io/cluster-issuer": "ClusterIssuer"}
AUTOMATIC = ("kubernetes.io/tls-acme", "cert.gardener.cloud/purpose")


def secrets(ingress: Object) -> Iterator[tuple[int, object]]:
    for number, entry in enumerate(mappings(ingress.get("spec", "tls"))):
        if entry.get("secretName") is not None:
            yield number, entry["secretName"]


def has_certificate(thing: Object, *, kept_elsewhere: bool = False) -> bool:
    if thing.kind == "k8s.ingress":
        return not kept_elsewhere and any(True for _ in secrets(thing))
    return thing.is_a(CERTIFICATE)


def is_missing(kind: str, name: object, project: Project) -> bool:
    """Whether an issuer is not there although others of its kind are; where there are none, another repository holds them."""
    known = {issuer.peek("metadata", "name") for issuer in objects_everywhere(project, f"cert-manager.io/{kind}")}
    return bool(known) and not any(map(is_unknown, known)) and name not in known


@rule(
    "k8s.cert-manager",
    P2,
    on=("k8s.ingress", "k8s.object"),
    when=has_certificate,
    category="Security & Compliance",
    remedy="name an issuer in an annotation, or add a Certificate for the secret",
)
def check(thing: Object, project: Project) -> Iterator[Finding]:
    """The certificate of an Ingress is issued and renewed by a machine.

    A certificate that somebody put into a Secret by hand runs out on a day when that somebody is away. An annotation for
    cert-manager, a Certificate or an ExternalSecret that makes the secret counts; an issuer that is named must exist
    among those of the project. Where another repository makes the secrets, set the option `kept_elsewhere`.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: web}
    spec:
      tls:
        - hosts: [shop.example.com]
          secretName: shop-tls  # <-- made by nobody
    ```
    ```yaml bad
    apiVersion: cert-manager.io/v1
    kind: Certificate
    metadata: {name: shop}
    spec:
      secretName: shop-tls
      issuerRef:
        kind: ClusterIssuer
        name: letsencrypt  # <-- it is called letsencrypt-production
    ---
    apiVersion: cert-manager.io/v1
    kind: ClusterIssuer
    metadata: {name: letsencrypt-production}
    ```
    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: web, annotations: {cert-manager.io/cluster-issuer: letsencrypt}}
    spec: {tls: [{hosts: [shop.example.com], secretName: shop-tls}]}
    ```
    """
    if thing.is_a(CERTIFICATE):
        kind, name = thing.get("spec", "issuerRef", "kind"), thing.get("spec", "issuerRef", "name")
        if name is not None and is_missing("Issuer" if kind is None else str(kind), name, project):
            yield thing.finding(f"there is no {kind or 'Issuer'} {name}", thing.at("spec", "issuerRef", "name"))
        return
    named = {annotation: kind for annotation, kind in ISSUERS.items() if annotation in thing.annotations}
    for annotation, kind in named.items():
        name = thing.annotations[annotation]
        if is_missing(kind, name, project):
            yield thing.finding(f"there is no {kind} {name}", thing.at("metadata", "annotations", annotation))
    if named or any(annotation in thing.annotations for annotation in AUTOMATIC):
        return
    for number, secret in secrets(thing):
        if not any(makers_of(str(secret), thing, project)):
            yield thing.finding(f"nothing issues the certificate in {secret}", thing.at("spec", "tls", number, "secretName"))
