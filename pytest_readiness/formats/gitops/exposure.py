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
from ..kubernetes.balancers import says_internal
from ..kubernetes.objects import Object
from ..kubernetes.objects import Workload
from ..kubernetes.relations import pods_run_by
from ..kubernetes.relations import services_named
from ..kubernetes.relations import services_of
from ..kubernetes.relations import sure
from ..kubernetes.selectors import certain
from ..kubernetes.sources import mentioning
from ..kubernetes.world import World
from ..kubernetes.world import world_of
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
_NOT_FOR_USERS = frozenset("worker workers internal job batch cron backoffice consumer".split())
_ROLES = ("component", "app.kubernetes.io/component", "tier", "role", "exposure", "visibility")


def faces_users(workload: Workload, project: Project) -> bool:
    """Whether traffic from outside of the cluster surely reaches it, by an Ingress, a route or a load balancer of its own."""
    pods = list(sure(pods_run_by(workload, project)))
    labels = [workload.peek("metadata", "labels"), *(pod.peek("metadata", "labels") for pod in pods)]
    roles = (known.get(role) for known in labels if isinstance(known, dict) for role in _ROLES)
    if any(isinstance(role, str) and role.lower() in _NOT_FOR_USERS for role in roles):
        return False
    public = world_of(workload, project).derived(_public)
    names = sorted(workload.services) if isinstance(workload, Rollout) else []
    listed = (*(services_of(pod, project) for pod in pods), *(services_named(name, None, workload, project) for name in names))
    return any(id(service) in public for services in listed for service in sure(services))


def _public(world: World) -> frozenset[int]:
    """The Services of a world that answer users, by identity."""
    led = _led(world)
    return frozenset(id(service) for service in world.all("Service") if _is_load_balancer(service) or _is_led(service, led))


def _is_led(service: Object, led: dict[str, list[Object]]) -> bool:
    name = service.peek("metadata", "name")
    return isinstance(name, str) and any(route.shares_namespace_with(service) for route in led.get(name, ()))


def _is_load_balancer(service: Object) -> bool:
    kind = service.peek("spec", "type")
    return isinstance(kind, str) and kind == "LoadBalancer" and not _is_internal(service)


def _is_internal(thing: Object) -> bool:
    """Whether a load balancer is only for the own network."""
    annotations = thing.peek("metadata", "annotations")
    listed = annotations.items() if isinstance(annotations, dict) else ()
    return any(not is_unknown(value) and says_internal(key, value) for key, value in listed)


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
    """Whether anything here is rolled out by Argo Rollouts or Flagger, as the texts say."""
    return any(mentioning(project, id) for id in ("argoproj.io/Rollout", "flagger.app/Canary"))


def canary_for(deployment: Deployed, project: Project) -> Object | None:
    """The Flagger Canary that takes a Deployment over."""
    name, namespace = deployment.peek("metadata", "name"), deployment.peek("metadata", "namespace")
    found = certain(world_of(deployment, project).having(("flagger.app/Canary",), ("spec", "targetRef", "name"), name, namespace))
    return next((canary for canary in found if str(canary.get("spec", "targetRef", "kind") or "Deployment") == "Deployment"), None)


@once
def deployed_to_users(project: Project) -> tuple[Workload, ...]:
    """The Deployments of production that answer users."""
    found = cast("Iterable[Deployed]", project.resources("argo.workload"))
    return tuple(workload for workload in found if is_user_facing(workload, project))


def is_user_facing(workload: Workload, project: Project) -> bool:
    """Whether it is a service of our own in production that answers users."""
    return not workload.third_party and workload.is_production and faces_users(workload, project)


def has_service(name: Any, workload: Workload, project: Project) -> bool:
    """Whether a Service of this name is deployed with a workload; where no Services are, they are kept elsewhere."""
    if not any(True for _ in world_of(workload, project).all("Service")):
        return True
    return any(True for _ in services_named(name, None, workload, project))
