"""An address leads to one place."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import dig
from pytest_readiness.formats.kubernetes.world import World
from pytest_readiness.formats.kubernetes.world import world_of

Address = tuple[str, str, str]
INGRESS = "networking.k8s.io/Ingress"
CANARY = "nginx.ingress.kubernetes.io/canary"
ALB_GROUP = "alb.ingress.kubernetes.io/group.name"


def addresses(ingress: Object) -> Iterator[tuple[Address, tuple[int, int]]]:
    """Every class, host and path that an Ingress takes, and where; what is unknown is left out."""
    names = ingress.peek("metadata", "annotations")
    known = ingress.peek("spec", "ingressClassName") or dig(names, "kubernetes.io/ingress.class")
    rules = ingress.peek("spec", "rules")
    for number, rule_ in enumerate(rules if isinstance(rules, list) else ()):
        host, paths = dig(rule_, "host"), dig(rule_, "http", "paths")
        for index, entry in enumerate(paths if isinstance(paths, list) else ()):
            path = dig(entry, "path")
            if not any(map(is_unknown, (host, path, known))):
                yield (str(known), str(host), str(path or "/")), (number, index)


def is_canary(ingress: Object) -> bool:
    return dig(ingress.peek("metadata", "annotations"), CANARY) is not None


def taken(world: World) -> dict[Address, list[Object]]:
    found: dict[Address, list[Object]] = {}
    for ingress in world.all(INGRESS):
        for address, _ in () if is_canary(ingress) else addresses(ingress):
            found.setdefault(address, []).append(ingress)
    return found


@rule(
    "k8s.unique-ingress-path",
    P1,
    on="k8s.ingress",
    when=lambda ingress: not is_canary(ingress) and ingress.get("spec", "rules") is not None,
    category="Kubernetes & Helm",
    remedy="give each Ingress a host or path of its own",
    aliases=("gatekeeper:general/uniqueingresshost",),
)
def check(ingress: Object, project: Project) -> Iterator[Finding]:
    """No two Ingresses take the same host and path.

    Which one wins is the controller's choice, and may change with the next deployment: requests go to the other service.
    Canaries of ingress-nginx share an address on purpose.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: shop}
    spec:
      rules:
        - host: shop.example.com
          http:
            paths:
              - path: /  # <--
                pathType: Prefix
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: old-shop}
    spec:
      rules:
        - host: shop.example.com
          http:
            paths:
              - path: /  # <--
                pathType: Prefix
    ```
    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: shop}
    spec: {rules: [{host: shop.example.com, http: {paths: [{path: /, pathType: Prefix}]}}]}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: api}
    spec: {rules: [{host: shop.example.com, http: {paths: [{path: /api, pathType: Prefix}]}}]}
    ```
    """
    everything = world_of(ingress, project).derived(taken)
    for address, (number, index) in addresses(ingress):
        others = [other for other in everything.get(address, ()) if other.body is not ingress.body and differs(ingress, other)]
        if others:
            place = ingress.at("spec", "rules", number, "http", "paths", index, "path")
            host, path = address[1:]
            yield ingress.finding(f"{'any host' if host == 'None' else host}{path} is taken by {others[0].name} as well", place)


def differs(ingress: Object, other: Object) -> bool:
    """Whether they are two objects, not one that is written for two environments."""
    names = [(thing.peek("metadata", "name"), thing.peek("metadata", "namespace")) for thing in (ingress, other)]
    return names[0] != names[1] and ingress.path.rpartition("/")[0] == other.path.rpartition("/")[0]
