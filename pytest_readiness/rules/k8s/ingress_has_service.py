"""Traffic that comes in arrives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.evidence import beside
from pytest_readiness.formats.kubernetes.evidence import in_its_namespace
from pytest_readiness.formats.kubernetes.evidence import unless_brought
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import mappings
from pytest_readiness.formats.kubernetes.relations import backends_of
from pytest_readiness.formats.kubernetes.relations import services_named

BY_ANNOTATION = "use-annotation"  # the AWS controller's word for a backend that an annotation describes


def is_judged(route: Object, project: Project) -> bool:
    return beside(route, project, "Service") and any(port != BY_ANNOTATION for _, _, port, _ in backends_of(route))


def has_port(service: Object, port: Any) -> bool:
    """Whether a Service has a port of this name or number; those of an external name are not written."""
    type = service.get("spec", "type")
    if type is not None and type == "ExternalName":
        return True
    return any(port in (known.get("port"), known.get("name")) for known in mappings(service.get("spec", "ports")))


@rule(
    "k8s.ingress-has-service",
    P1,
    on=("k8s.ingress", "k8s.route"),
    when=is_judged,
    category="Kubernetes & Helm",
    remedy="name a Service of the namespace and one of its ports",
    aliases=("kube-linter:dangling-ingress",),
)
def check(route: Object, project: Project) -> Iterator[Finding]:
    """An Ingress or a route of the Gateway API leads to a Service and a port that exist.

    Otherwise the address answers 503, and nothing says why. The port is the Service's own, not the container's. A missing
    Service is judged where Services stand in the same directory or one beside it, in the chart or overlay; a wrong port
    always.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: web}
    spec:
      rules:
        - http:
            paths:
              - path: /
                pathType: Prefix
                backend:
                  service:
                    name: web
                    port: {number: 8080}  # <-- of the container
              - path: /api
                pathType: Prefix
                backend:
                  service:
                    name: api  # <--
                    port: {number: 80}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
    ```
    ```yaml good
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {name: web}
    spec: {rules: [{backendRefs: [{name: web, port: 80}]}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
    ```
    """
    for place, name, port, namespace in backends_of(route):
        if port is not None and port == BY_ANNOTATION:
            continue
        found = list(services_named(name, namespace, route, project))
        if not found and in_its_namespace(route, project, "Service"):
            unless_brought(route, f"Service {name}", project)
            yield route.finding(
                f"leads to the Service {name}, which does not exist",
                route.at(*place, "serviceName" if place[-1] != "service" and route.get(*place, "serviceName") is not None else "name"),
            )
        elif found and port is not None and not any(has_port(service, port) for service in found):
            yield route.finding(
                f"leads to port {port} of the Service {name}, which has no such port", route.at(*place, _port_key(route, place))
            )


def _port_key(route: Object, place: tuple[str | int, ...]) -> str:
    return "servicePort" if route.get(*place, "servicePort") is not None else "port"
