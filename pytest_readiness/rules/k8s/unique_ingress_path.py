"""An address leads to one place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import dig
from pytest_readiness.formats.kubernetes.objects import mappings
from pytest_readiness.formats.kubernetes.world import World
from pytest_readiness.formats.kubernetes.world import world_of

Address = tuple[str, str, str]
INGRESS = "networking.k8s.io/Ingress"
CANARY = "nginx.ingress.kubernetes.io/canary"
ALB_GROUP = "alb.ingress.kubernetes.io/group.name"


def class_of(ingress: Object) -> Any:
    known = ingress.peek("spec", "ingressClassName")
    return dig(ingress.peek("metadata", "annotations"), "kubernetes.io/ingress.class") if known is None else known


def addresses(ingress: Object) -> Iterator[tuple[Address, tuple[int, int]]]:
    """Every class, host and path that an Ingress takes, and where; what is unknown is left out."""
    known, rules = class_of(ingress), ingress.peek("spec", "rules")
    for number, rule_ in enumerate(rules if isinstance(rules, list) else ()):
        host, paths = dig(rule_, "host"), dig(rule_, "http", "paths")
        for index, entry in enumerate(paths if isinstance(paths, list) else ()):
            path = dig(entry, "path")
            if not any(map(is_unknown, (host, path, known))):
                yield (str(known), str(f"any host ({ingress.path})" if host is None else host), str(path or "/")), (number, index)


def stands_alone(ingress: Object) -> bool:
    """Whether it shares its addresses on purpose, as a canary does, or has a load balancer of its own."""
    names = ingress.peek("metadata", "annotations")
    known = class_of(ingress)
    if dig(names, CANARY) is not None or not isinstance(known, str):
        return dig(names, CANARY) is not None
    return known.startswith("gce") or (known == "alb" and dig(names, ALB_GROUP) is None)


def taken(world: World) -> dict[Address, list[Object]]:
    found: dict[Address, list[Object]] = {}
    for ingress in world.all(INGRESS):
        for address, _ in () if stands_alone(ingress) else addresses(ingress):
            found.setdefault(address, []).append(ingress)
    return found


@rule(
    "k8s.unique-ingress-path",
    P2,
    on="k8s.ingress",
    when=lambda ingress: not stands_alone(ingress) and ingress.get("spec", "rules") is not None,
    category="Kubernetes & Helm",
    remedy="give each Ingress a host or path of its own",
    aliases=("gatekeeper:general/uniqueingresshost",),
)
def check(ingress: Object, project: Project) -> Iterator[Finding]:
    """No two Ingresses take the same host and path.

    Which one wins is the controller's choice, and may change with the next deployment: requests go to the other service.
    Canaries of ingress-nginx share an address on purpose, and where each Ingress has a load balancer of its own (`alb`
    without a group, `gce`) nothing is shared. An Ingress without a host is compared with those of its own file.

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
            yield ingress.finding(f"{host.partition(' (')[0]}{path} is taken by {others[0].name} as well", place)
    str(class_of(ingress))  # an unknown one says why here, and so does an unknown host
    for number, _ in enumerate(mappings(ingress.get("spec", "rules"))):
        str(ingress.get("spec", "rules", number, "host"))


def differs(ingress: Object, other: Object) -> bool:
    """Whether they are two objects, not one that is written for two environments."""
    names = [(thing.peek("metadata", "name"), thing.peek("metadata", "namespace")) for thing in (ingress, other)]
    return names[0] != names[1] and ingress.path.rpartition("/")[0] == other.path.rpartition("/")[0]
