"""What comes from outside is encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import dig
from pytest_readiness.formats.kubernetes.objects import items
from pytest_readiness.formats.kubernetes.objects import mappings

ISSUERS = ("cert-manager.io/cluster-issuer", "cert-manager.io/issuer", "kubernetes.io/tls-acme", "networking.gke.io/managed-certificates")
AT_THE_LOAD_BALANCER = ("alb.ingress.kubernetes.io/certificate-arn", "ingress.gcp.kubernetes.io/pre-shared-cert")
INTERNAL = ("alb.ingress.kubernetes.io/scheme", "kubernetes.io/ingress.class")


def is_internal(ingress: Object) -> bool:
    return any("internal" in str(ingress.annotations.get(name)) for name in INTERNAL)


@rule(
    "k8s.ingress-tls",
    P1,
    on=("k8s.ingress", "k8s.gateway"),
    when=lambda ingress: not is_internal(ingress),
    category="Security & Compliance",
    remedy="add tls with the hosts and a certificate, for example from cert-manager",
    aliases=("polaris:tlsSettingsMissing",),
)
def check(ingress: Object) -> Iterator[Finding]:
    """An Ingress or Gateway terminates TLS for every host it serves.

    What is missing is served in the clear, passwords and cookies included. A certificate at the cloud's load balancer
    (ACM, pre-shared) counts; internal classes are not judged.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: web}
    spec:
      tls: [{hosts: [shop.example.com], secretName: shop-tls}]
      rules:
        - host: shop.example.com
        - host: api.example.com  # <-- in the clear
    ```
    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: web}
    spec:
      tls: [{hosts: ["*.example.com"], secretName: wildcard}]
      rules: [{host: shop.example.com}]
    ```
    """
    if ingress.kind == "k8s.gateway":
        yield from gateway(ingress)
        return
    annotations = ingress.annotations
    if any(name in annotations for name in (*AT_THE_LOAD_BALANCER, "networking.gke.io/managed-certificates")):
        return
    tls = mappings(ingress.get("spec", "tls"))
    if not tls:
        yield ingress.finding("no tls: everything is served in the clear", ingress.at("spec", "tls") if ingress.get("spec") else None)
        return
    for number, entry in enumerate(tls):
        if entry.get("secretName") is None and not any(name in annotations for name in ISSUERS):
            yield ingress.finding(
                "tls without secretName or issuer: the controller's own certificate is shown", ingress.at("spec", "tls", number)
            )
    covered = [host for entry in tls for host in items(entry.get("hosts"))]
    for number, entry in enumerate(mappings(ingress.get("spec", "rules"))):
        host = entry.get("host")
        if host is not None and covered and host not in covered and f"*.{str(host).partition('.')[2]}" not in covered:
            yield ingress.finding(f"{host} is in no tls entry and is served in the clear", ingress.at("spec", "rules", number, "host"))


def gateway(thing: Object) -> Iterator[Finding]:
    """Gateway API listeners, or the servers of an Istio gateway: one must speak TLS, and bring a certificate."""
    key = "listeners" if thing.is_a("gateway.networking.k8s.io/Gateway") else "servers"
    listeners = mappings(thing.get("spec", key))
    secure = 0
    for number, listener in enumerate(listeners):
        protocol = listener.get("protocol") if key == "listeners" else dig(listener, "port", "protocol")
        if protocol is not None and protocol in ("HTTPS", "TLS"):
            secure += 1
            mode, certificates = dig(listener, "tls", "mode"), dig(listener, "tls", "certificateRefs")
            if key == "listeners" and not certificates and (mode is None or mode == "Terminate"):
                yield thing.finding("terminates TLS without a certificate", thing.at("spec", key, number, "protocol"))
        elif dig(listener, "tls", "httpsRedirect") is True:
            secure += 1
    if listeners and not secure:
        yield thing.finding("no listener speaks TLS: everything is served in the clear", thing.at("spec", key))
