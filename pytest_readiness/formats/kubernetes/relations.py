"""Which objects belong together: what selects, scales, limits, exposes and watches the pods of a workload.

What yields several objects yields those that surely belong first. Where others only may (a name or label is filled in at
deploy time), it raises `Unresolved` behind them: who asks for one and finds it never notices.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any
from typing import TypeVar

from ...project import Project
from ...unknown import Unknown
from ...unknown import Unresolved
from ...unknown import is_unknown
from .objects import KNATIVE
from .objects import TEMPLATES
from .objects import Container
from .objects import Object
from .objects import Part
from .objects import Pod
from .objects import dig
from .objects import entries
from .objects import group_kind
from .objects import items
from .objects import mappings
from .objects import whole
from .selectors import Answer
from .selectors import Selector
from .selectors import certain
from .world import MONITORS
from .world import looks_into
from .world import selector_of
from .world import world_of

T = TypeVar("T", bound=Part)
HPA, SCALED_OBJECT = "autoscaling/HorizontalPodAutoscaler", "keda.sh/ScaledObject"
SCALERS = (HPA, SCALED_OBJECT)
VPA = "autoscaling.k8s.io/VerticalPodAutoscaler"
PDB = "policy/PodDisruptionBudget"
NETWORK_POLICY = "networking.k8s.io/NetworkPolicy"
SERVICE_MONITOR, POD_MONITOR = MONITORS
# policies whose selectors have languages of their own
FOREIGN_POLICIES = (
    "cilium.io/CiliumNetworkPolicy",
    "cilium.io/CiliumClusterwideNetworkPolicy",
    "crd.projectcalico.org/NetworkPolicy",
    "crd.projectcalico.org/GlobalNetworkPolicy",
    "projectcalico.org/NetworkPolicy",
    "projectcalico.org/GlobalNetworkPolicy",
    "policy.networking.k8s.io/AdminNetworkPolicy",
    "policy.networking.k8s.io/BaselineAdminNetworkPolicy",
    "policy.networking.k8s.io/ClusterNetworkPolicy",
)
SELECTS = {
    "Service": ("spec", "selector"),
    NETWORK_POLICY: ("spec", "podSelector"),
    PDB: ("spec", "selector"),
}


def namespace_of(thing: Part) -> Any:
    """The namespace that an object, or the owner of a pod or container, is written for; never raises."""
    owner = thing.pod.owner if isinstance(thing, Container) else thing.owner if isinstance(thing, Pod) else thing
    return owner.peek("metadata", "namespace")


def nearest(thing: Part, found: Iterator[T]) -> Iterator[T]:
    """What stands closest to a thing first: raw manifests often hold a copy of the same objects for each environment."""
    listed: list[T] = []
    doubt = None
    try:
        for other in found:
            listed.append(other)  # noqa: PERF402 - what came before the doubt counts
    except Unresolved as unresolved:
        doubt = unresolved
    here = thing.path.split("/")[:-1]
    yield from sorted(listed, key=lambda other: _distance(here, other.path.split("/")[:-1])) if len(listed) > 1 else listed
    if doubt is not None:
        raise doubt


def _distance(here: list[str], there: list[str]) -> int:
    """How many directories lie between two."""
    shared = next((n for n, (one, other) in enumerate(zip(here, there, strict=False)) if one != other), min(len(here), len(there)))
    return len(here) + len(there) - 2 * shared


def sure(found: Iterator[T]) -> Iterator[T]:
    """What surely belongs, for a question that what only may belong does not change."""
    try:
        yield from found
    except Unresolved:
        return


# -- pods and what selects them


def _selecting(id: str, pod: Pod, project: Project) -> Iterator[Object]:
    return world_of(pod, project).selecting(id, SELECTS[id], namespace_of(pod), pod.peek("metadata", "labels"))


def services_of(pod: Pod, project: Project) -> Iterator[Object]:
    """The Services that send traffic to a pod."""
    return _selecting("Service", pod, project)


def disruption_budgets_of(pod: Pod, project: Project) -> Iterator[Object]:
    """The PodDisruptionBudgets that count a pod."""
    return _selecting(PDB, pod, project)


def network_policies_of(pod: Pod, project: Project) -> Iterator[Object]:
    """The NetworkPolicies that select a pod; where there are policies of another kind, there may be more."""
    yield from _selecting(NETWORK_POLICY, pod, project)
    unless_foreign(pod, namespace_of(pod), project)


def isolating(namespace: Object, project: Project) -> Iterator[Object]:
    """The NetworkPolicies that select every pod of a Namespace."""
    everything, name = world_of(namespace, project), namespace.peek("metadata", "name")
    for policy in everything.selecting(NETWORK_POLICY, SELECTS[NETWORK_POLICY], name, {}):
        if selector_of(policy, SELECTS[NETWORK_POLICY]) == Selector():
            yield policy
    unless_foreign(namespace, name, project)


def unless_foreign(thing: Part, namespace: Any, project: Project) -> None:
    """Raise `Unresolved` where a policy of a kind that is not read may apply in a namespace."""
    for policy in world_of(thing, project).all(*FOREIGN_POLICIES):
        own = policy.peek("metadata", "namespace")
        if not isinstance(own, str) or not isinstance(namespace, str) or own == namespace:
            raise Unresolved(f"{policy.name} may apply here: policies of {policy.id.partition('/')[0]} are not read")


def pods_in(namespace: Object, project: Project) -> Iterator[Pod]:
    """The pods that may run in a Namespace."""
    return world_of(namespace, project).running(namespace.peek("metadata", "name"), Selector())


def containers_of(pod: Pod) -> Iterator[Container]:
    """The containers of a pod that run beside each other: no init containers but sidecars."""
    for section, index, body in pod.containers:
        name = f"{pod.name}/{body.get('name')}" if isinstance(body.get("name"), str) else f"{pod.name}/{section}-{index}"
        span = pod.place(section, index, "name")
        found = Container(
            "k8s.container", name, span, body, pod, section, home=pod.home, for_environment=pod.for_environment, third_party=pod.third_party
        )
        if not found.is_init and not found.is_ephemeral:
            yield found


def pods_of(thing: Object, project: Project) -> Iterator[Pod]:
    """The pods that a Service, NetworkPolicy or PodDisruptionBudget selects."""
    return world_of(thing, project).running(namespace_of(thing), selector_of(thing, SELECTS[thing.id]))


def pods_elsewhere(thing: Object, project: Project) -> Pod | None:
    """A pod that a Service or the like would select if it stood in the same namespace."""
    if not isinstance(namespace_of(thing), str):
        return None
    return next(sure(world_of(thing, project).running(None, selector_of(thing, SELECTS[thing.id]))), None)


def workloads_labelled(thing: Object, project: Project) -> Iterator[Object]:
    """The workloads that have the labels themselves which a NetworkPolicy or the like asks of pods."""
    kinds = tuple(id for id in TEMPLATES if id not in ("Pod", "PodTemplate"))
    return world_of(thing, project).labelled(kinds, namespace_of(thing), selector_of(thing, SELECTS[thing.id]))


def services_labelled(monitor: Object, project: Project) -> Iterator[Object]:
    """The Services that a ServiceMonitor finds."""
    selector = selector_of(monitor, ("spec", "selector"))
    found = (world_of(monitor, project).labelled(("Service",), namespace, selector) for namespace in looks_into(monitor))
    return chain.from_iterable(found)


def service_elsewhere(monitor: Object, project: Project) -> Object | None:
    """A Service that a ServiceMonitor would find if it looked everywhere."""
    return next(sure(world_of(monitor, project).labelled(("Service",), None, selector_of(monitor, ("spec", "selector")))), None)


def is_served(pod: Pod, project: Project) -> bool:
    """Whether a Service sends traffic to the pod."""
    return any(True for _ in services_of(pod, project))


def has_services(thing: Part, project: Project) -> bool:
    """Whether any Service that a thing is deployed with selects pods at all."""
    return any(selector_of(service, SELECTS["Service"]) is not None for service in world_of(thing, project).all("Service"))


def takes_traffic(container: Container, project: Project) -> bool:
    """Whether a long-running container is one that answers: by a Service, or a port where no Service is written."""
    pod = container.pod
    if not container.is_long_running or pod.owner.is_a(*KNATIVE):  # Knative asks by itself
        return False
    if not container.ports and any(items(body.get("ports")) for _, _, body in pod.containers):
        return False  # another container of the pod is the one that answers
    if pod.owner.is_a("argoproj.io/Rollout") or is_served(pod, project):
        return True
    return bool(container.ports) and not has_services(container, project)


# -- who sets the number of replicas


def _means(reference: Any, target: Object, *, default: str = "") -> Answer:
    """Whether the kind and API group of a reference are those of an object."""
    version, type = dig(reference, "apiVersion"), dig(reference, "kind")
    if isinstance(version, Unknown) or isinstance(type, Unknown):
        return version if isinstance(version, Unknown) else type
    if type is not None and not isinstance(type, str):
        return False
    type = type or default or target.type
    return group_kind(version, type) == target.id if isinstance(version, str) and version else type == target.type


def _pointing(ids: tuple[str, ...], keys: tuple[str, str], target: Object, project: Project) -> Iterator[Object]:
    """The objects of some kinds whose reference under ``keys`` means an object."""

    def means(thing: Object) -> Answer:
        return _means(thing.peek(*keys), target, default=_DEFAULT.get(thing.id, ""))

    found = world_of(target, project).having(ids, (*keys, "name"), target.peek("metadata", "name"), namespace_of(target), means)
    return nearest(target, certain(found))


_DEFAULT = {SCALED_OBJECT: "Deployment"}  # the kind that a reference without one means


def rollout_of(workload: Object, project: Project) -> Object | None:
    """The Rollout that borrows the template of a Deployment, and runs its replicas instead of it."""
    return next(_pointing(("argoproj.io/Rollout",), ("spec", "workloadRef"), workload, project), None)


def runner_of(workload: Object, project: Project) -> Object:
    """Who runs the pods of a workload's template: itself, or the Rollout that borrows it."""
    return rollout_of(workload, project) or workload


def autoscalers_of(workload: Object, project: Project) -> Iterator[Object]:
    """The HorizontalPodAutoscalers and KEDA ScaledObjects that set the number of its replicas."""
    return _pointing(SCALERS, ("spec", "scaleTargetRef"), workload, project)


def autoscaler_of(workload: Object, project: Project) -> Object | None:
    """The first of them."""
    return next(autoscalers_of(workload, project), None)


def vertical_autoscalers_of(workload: Object, project: Project) -> Iterator[Object]:
    """The VerticalPodAutoscalers that set its requests."""
    return _pointing((VPA,), ("spec", "targetRef"), workload, project)


def targets_of(scaler: Object, project: Project) -> Iterator[Object]:
    """What an autoscaler scales: usually one object."""
    keys = ("spec", "targetRef") if scaler.is_a(VPA) else ("spec", "scaleTargetRef")
    reference = scaler.peek(*keys)
    everything = world_of(scaler, project)
    kinds = tuple(id for id in everything.by_id if id not in SCALERS and id != VPA)
    type = dig(reference, "kind") or _DEFAULT.get(scaler.id, "") if not is_unknown(dig(reference, "kind")) else None
    if isinstance(type, str) and type:
        kinds = tuple(id for id in kinds if id.rpartition("/")[2] == type)
    default = _DEFAULT.get(scaler.id, "")
    found = everything.named(kinds, dig(reference, "name"), namespace_of(scaler), lambda thing: _means(reference, thing, default=default))
    return nearest(scaler, certain(found))


def pods_run_by(workload: Object, project: Project) -> Iterator[Pod]:
    """The pods of a workload's template; those of a Rollout may come from the Deployment it refers to."""
    everything = world_of(workload, project)
    own = everything.template_of(workload)
    if own is not None:
        yield own
        return
    reference = workload.peek("spec", "workloadRef") if workload.is_a("argoproj.io/Rollout") else None
    if reference is not None:
        name, namespace = dig(reference, "name"), namespace_of(workload)
        for target in nearest(workload, certain(everything.named(tuple(TEMPLATES), name, namespace, partial(_means, reference)))):
            pod = everything.template_of(target)
            if pod is not None:
                yield pod


def lowest_replicas(workload: Object, project: Project) -> int | None:
    """How many replicas run at least; None where it is not a number that somebody sets."""
    scaler = autoscaler_of(workload, project)
    if scaler is None:
        written = workload.get("spec", "replicas")
        return 1 if written is None else whole(written)
    key, otherwise = ("minReplicas", 1) if scaler.is_a(HPA) else ("minReplicaCount", 0)
    lowest = scaler.get("spec", key)
    return otherwise if lowest is None else whole(lowest)


# -- accounts and limits


def account_name(pod: Pod) -> Any:
    """The name of the service account a pod runs under; ``default`` where it names none."""
    name = pod.setting("serviceAccountName")
    if name is None or (not is_unknown(name) and name == ""):
        name = pod.setting("serviceAccount")
    return "default" if name is None or (not is_unknown(name) and name == "") else name


def service_account_of(pod: Pod, project: Project) -> Object | None:
    """The ServiceAccount object that a pod runs under, where its world holds it."""
    named = certain(world_of(pod, project).named(("ServiceAccount",), account_name(pod), namespace_of(pod)))
    return next(nearest(pod, named), None)


def limit_range_supplies(container: Container, section: str, resource: str, project: Project) -> bool:
    """Whether a LimitRange gives containers of the namespace this request or limit by default."""
    owner = container.pod.owner
    for limits in world_of(container, project).all("LimitRange"):
        if (limits.namespace is None and owner.namespace is not None) or not limits.shares_namespace_with(owner):
            continue
        defaults = ("defaultRequest", "default") if section == "requests" else ("default",)
        for entry in mappings(limits.peek("spec", "limits")):
            if entry.get("type") == "Container" and any(dig(entry, name, resource) is not None for name in defaults):
                return True
    return False


# -- monitoring


def monitors_of(service: Object, project: Project) -> Iterator[Object]:
    """The ServiceMonitors that find a Service."""
    labels = service.peek("metadata", "labels")
    return world_of(service, project).selecting(SERVICE_MONITOR, ("spec", "selector"), namespace_of(service), labels)


def pod_monitors_of(pod: Pod, project: Project) -> Iterator[Object]:
    """The PodMonitors that find a pod."""
    return world_of(pod, project).selecting(POD_MONITOR, ("spec", "selector"), namespace_of(pod), pod.peek("metadata", "labels"))


# -- traffic


def backends_of(route: Object) -> Iterator[tuple[tuple[str | int, ...], str | Unknown, Any, Any]]:
    """Where an Ingress or a route of the Gateway API sends traffic: place, Service, port and namespace of each.

    The port is a number, a name, or None; the namespace None for the route's own.
    """
    if route.is_a("networking.k8s.io/Ingress"):
        yield from _ingress_backends(route)
        return
    for number, entry in enumerate(mappings(route.get("spec", "rules"))):
        for position, backend in enumerate(mappings(entry.get("backendRefs"))):
            place = ("spec", "rules", number, "backendRefs", position)
            if (backend.get("kind") or "Service") == "Service" and not backend.get("group"):
                yield place, backend.get("name"), backend.get("port"), backend.get("namespace")


def _ingress_backends(ingress: Object) -> Iterator[tuple[tuple[str | int, ...], str | Unknown, Any, Any]]:
    places: list[tuple[str | int, ...]] = [("spec", "defaultBackend"), ("spec", "backend")]
    for number, entry in enumerate(mappings(ingress.get("spec", "rules"))):
        paths = mappings(dig(entry, "http", "paths"))
        places += [("spec", "rules", number, "http", "paths", position, "backend") for position in range(len(paths))]
    for place in places:
        backend = entries(ingress.get(*place))
        service = entries(backend.get("service"))
        if service.get("name") is not None:
            port = entries(service.get("port"))
            yield (*place, "service"), service["name"], port.get("name", port.get("number")), None
        elif backend.get("serviceName") is not None:
            yield place, backend["serviceName"], backend.get("servicePort"), None


def services_named(name: Any, namespace: Any, thing: Object, project: Project) -> Iterator[Object]:
    """The Services of a name that an object can reach: in a namespace, or in its own where none is given."""
    where = namespace_of(thing) if namespace is None else namespace
    return certain(world_of(thing, project).named(("Service",), name, where))


def workloads_named(name: Any, thing: Object, project: Project) -> Iterator[Object]:
    """The workloads of a name in the namespace of a thing, of whatever kind."""
    return certain(world_of(thing, project).named(tuple(TEMPLATES), name, namespace_of(thing)))
