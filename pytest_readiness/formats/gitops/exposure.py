"""Which workloads answer users: those that something which lets traffic into the cluster leads to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any
from typing import cast

from ...project import Project
from ...project import once
from ...unknown import is_unknown
from ..kubernetes.objects import Object
from ..kubernetes.objects import Workload
from ..kubernetes.objects import dig
from ..kubernetes.objects import selects
from ..kubernetes.objects import whole
from ..kubernetes.world import World
from ..kubernetes.world import world_of
from .rollouts import Canary
from .rollouts import Deployed
from .rollouts import Rollout

# where the names of Services stand in what leads traffic to them
_ROUTES: dict[str, tuple[str, ...]] = {
    "networking.k8s.io/Ingress": (
        "spec.defaultBackend.service.name",
        "spec.backend.serviceName",
        "spec.rules.http.paths.backend.service.name",
        "spec.rules.http.paths.backend.serviceName",
    ),
    "gateway.networking.k8s.io/HTTPRoute": ("spec.rules.backendRefs.name",),
    "gateway.networking.k8s.io/GRPCRoute": ("spec.rules.backendRefs.name",),
    "gateway.networking.k8s.io/TLSRoute": ("spec.rules.backendRefs.name",),
    "gateway.networking.k8s.io/TCPRoute": ("spec.rules.backendRefs.name",),
    "networking.istio.io/VirtualService": tuple(f"spec.{protocol}.route.destination.host" for protocol in ("http", "tcp", "tls")),
    "route.openshift.io/Route": ("spec.to.name", "spec.alternateBackends.name"),
    "projectcontour.io/HTTPProxy": ("spec.routes.services.name", "spec.tcpproxy.services.name"),
    "traefik.io/IngressRoute": ("spec.routes.services.name",),
    "traefik.containo.us/IngressRoute": ("spec.routes.services.name",),
    "getambassador.io/Mapping": ("spec.service",),
}
_INTERNAL = re.compile(
    r"(?:load-balancer-internal|internal-load-balancer|load-balancer-type|load-balancer-scheme|/scheme|/load-balancer-network-type)$"
)
_INSIDE = ("true", "internal", "0.0.0.0/0", "vpc")
_NOT_FOR_USERS = frozenset("worker workers internal job batch cron backoffice consumer".split())
_ROLES = ("component", "app.kubernetes.io/component", "tier", "role", "exposure", "visibility")


def faces_users(workload: Workload, project: Project) -> bool:
    """Whether traffic from outside of the cluster reaches it, by an Ingress, a route or a load balancer of its own."""
    labels = _labels(workload, project)
    roles = [*(labels.get(role) for role in _ROLES), *(workload.labels.get(role) for role in _ROLES)]
    if any(isinstance(role, str) and role.lower() in _NOT_FOR_USERS for role in roles):
        return False
    public = _public(world_of(workload, project), project)
    named = workload.services if isinstance(workload, Rollout) else ()
    found = [*(service for label in labels.items() for service in public.get(label, ()) if _picks(service, labels))]
    found += [service for name in named for service in public.get(name, ())]
    return any(service.shares_namespace_with(workload) for service in found)


def _picks(service: Object, labels: dict[str, Any]) -> bool:
    return selects(service.peek("spec", "selector"), labels)


def _labels(workload: Workload, project: Project) -> dict[str, Any]:
    """The labels of its pods that are known; of a Rollout that borrows the template of a Deployment, those of the Deployment."""
    labels = dig(workload.body, *workload.keys_to_template, "metadata", "labels")
    reference = workload.peek("spec", "workloadRef", "name")
    if isinstance(reference, str):
        for lender in world_of(workload, project).all("apps/Deployment"):
            name = lender.peek("metadata", "name")
            if isinstance(name, str) and name == reference and lender.shares_namespace_with(workload):
                labels = lender.peek("spec", "template", "metadata", "labels")
    return {key: value for key, value in labels.items() if isinstance(value, str)} if isinstance(labels, dict) else {}


def _public(world: World, project: Project) -> dict[Any, list[Object]]:
    """The Services that answer users, by their name and by one of the labels they select; made once for a world."""
    key = (_public, id(world))
    if key not in project.cache:
        found: dict[Any, list[Object]] = {}
        led = _led(world)
        for service in world.all("Service"):
            name, selector = service.peek("metadata", "name"), service.peek("spec", "selector")
            by_route = any(route.shares_namespace_with(service) for route in led.get(name, ())) if isinstance(name, str) else False
            if not by_route and not _is_load_balancer(service):
                continue
            label = (
                next(((key, value) for key, value in selector.items() if isinstance(value, str)), None)
                if isinstance(selector, dict)
                else None
            )
            for entry in (name, label):
                if isinstance(entry, (str, tuple)):
                    found.setdefault(entry, []).append(service)
        project.cache[key] = found
    return cast("dict[Any, list[Object]]", project.cache[key])


def _is_load_balancer(service: Object) -> bool:
    kind = service.peek("spec", "type")
    return isinstance(kind, str) and kind == "LoadBalancer" and not _is_internal(service)


def _is_internal(thing: Object) -> bool:
    """Whether a load balancer is only for the own network."""
    annotations = thing.peek("metadata", "annotations")
    listed = annotations.items() if isinstance(annotations, dict) else ()
    return any(_INTERNAL.search(key) and not is_unknown(value) and str(value).lower() in _INSIDE for key, value in listed)


def _led(world: World) -> dict[str, list[Object]]:
    """What leads traffic to a Service, by its name."""
    found: dict[str, list[Object]] = {}
    for id, paths in _ROUTES.items():
        for route in world.all(id):
            if not _is_internal(route) and _comes_from_outside(route):
                for name in {name for path in paths for name in _texts(route.body, path.split("."))}:
                    # the host name or address of a Service begins with its name
                    found.setdefault(re.split(r"[.:]", name.rpartition("//")[2])[0], []).append(route)
    return found


def _comes_from_outside(route: Object) -> bool:
    """Whether it is no rule of a mesh for traffic between services."""
    if route.is_a("networking.istio.io/VirtualService"):
        gateways = route.peek("spec", "gateways")
        return isinstance(gateways, list) and any(gateway != "mesh" for gateway in gateways if isinstance(gateway, str))
    parents = route.peek("spec", "parentRefs")
    kinds = [parent.get("kind") for parent in parents if isinstance(parent, dict)] if isinstance(parents, list) else []
    return not kinds or any(kind in (None, "Gateway", "ListenerSet") for kind in kinds if not is_unknown(kind))


def _texts(node: Any, keys: Iterable[str]) -> Iterator[str]:
    """Every text under the keys, in lists as well."""
    nodes = [node]
    for key in keys:
        inner = [body.get(key) for body in nodes if isinstance(body, dict)]
        nodes = [item for value in inner for item in (value if isinstance(value, list) else [value])]
    return (value for value in nodes if isinstance(value, str))


@once
def has_progressive_delivery(project: Project) -> bool:
    """Whether anything here is rolled out by Argo Rollouts or Flagger."""
    return any(project.resources(kind) for kind in ("argo.rollout", "argo.canary"))


def canary_for(deployment: Deployed, project: Project) -> Canary | None:
    """The Flagger Canary that takes a Deployment over."""
    for canary in cast("Iterable[Canary]", project.resources("argo.canary")):
        name, kind = (canary.peek("spec", "targetRef", key) for key in ("name", "kind"))
        names = isinstance(name, str) and name == deployment.object_name
        if names and (kind is None or str(kind) == "Deployment") and canary.shares_namespace_with(deployment):
            return canary
    return None


@once
def deployed_to_users(project: Project) -> tuple[Workload, ...]:
    """The Deployments of production that answer users."""
    found = cast("Iterable[Deployed]", project.resources("argo.workload"))
    return tuple(workload for workload in found if is_user_facing(workload, project))


def is_user_facing(workload: Workload, project: Project) -> bool:
    """Whether it is a service of our own in production that answers users."""
    return not workload.third_party and workload.is_production and faces_users(workload, project)


def lent_to(deployment: Workload, project: Project) -> Rollout | None:
    """The Rollout that borrows the template of a Deployment, and is what runs instead of it."""
    for rollout in cast("Iterable[Rollout]", project.resources("argo.rollout")):
        name = rollout.peek("spec", "workloadRef", "name")
        if isinstance(name, str) and name == deployment.object_name and rollout.shares_namespace_with(deployment):
            return rollout
    return None


def fewest_replicas(workload: Workload, project: Project) -> int | None:
    """The number of replicas it runs at least, that of its autoscaler where it has one; None where that is not a number."""
    for scaler in world_of(workload, project).all("autoscaling/HorizontalPodAutoscaler", "keda.sh/ScaledObject"):
        name, kind = (scaler.peek("spec", "scaleTargetRef", key) for key in ("name", "kind"))
        if isinstance(name, str) and name == workload.object_name and kind in (None, workload.type):
            lowest = scaler.get("spec", "minReplicas" if scaler.is_a("autoscaling/HorizontalPodAutoscaler") else "minReplicaCount")
            return max(1, whole(lowest) or 1)
    replicas = workload.replicas
    return 1 if replicas is None else whole(replicas)


def has_service(name: Any, workload: Workload, project: Project) -> bool:
    """Whether a Service of this name is deployed with a workload; without any Services, they are kept elsewhere."""
    services = list(world_of(workload, project).all("Service"))
    names = [service.peek("metadata", "name") for service in services if service.shares_namespace_with(workload)]
    return not services or any(is_unknown(found) or found == name for found in names)
