"""The manifests of a project taken together: what selects, scales or limits a pod."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from ..project import Project
from ..unknown import is_unknown
from .kubernetes_kustomize import kustomized_namespace
from .kubernetes_objects import Container
from .kubernetes_objects import Object
from .kubernetes_objects import Pod
from .kubernetes_objects import Workload
from .kubernetes_objects import group_kind
from .kubernetes_objects import selects


@dataclass(frozen=True)
class World:
    """Every object of the raw manifests, by API group and kind."""

    by_id: dict[str, tuple[Object, ...]]

    def all(self, *ids: str) -> Iterator[Object]:
        """The objects of some kinds."""
        for id in ids:
            yield from self.by_id.get(id, ())


def world(project: Project) -> World:
    """The world of a project, made once."""
    key = "k8s.world"
    if key not in project.cache:
        found: dict[str, list[Object]] = {}
        for path in project.files("kubernetes"):
            contents = project.contents(path)
            for resource in contents.resources if contents else ():
                if isinstance(resource, Object) and resource.kind == "k8s.object":
                    found.setdefault(resource.id, []).append(resource)
        project.cache[key] = World({id: tuple(objects) for id, objects in found.items()})
    result: World = project.cache[key]
    return result


def has_services(project: Project) -> bool:
    """Whether any Service selects pods at all."""
    return any(service.get("spec", "selector") for service in world(project).all("Service"))


def is_served(pod: Pod, project: Project) -> bool:
    """Whether a Service of the same world sends traffic to the pod."""
    return any(
        selects(service.get("spec", "selector"), pod.labels) and service.shares_namespace_with(pod.owner)
        for service in world(project).all("Service")
    )


def _targets(reference: object, scaler: Object, workload: Workload) -> bool:
    """Whether a scaler's reference (kind, name, apiVersion) means the workload."""
    if not isinstance(reference, dict):
        return False
    version, type, name = (reference.get(key) for key in ("apiVersion", "kind", "name"))
    if any(map(is_unknown, (version, type, name))) or type is not None and type != workload.type:
        return False
    if isinstance(version, str) and isinstance(type, str) and group_kind(version, type) != workload.id:
        return False
    known = workload.object_name
    return not is_unknown(known) and name is not None and name == known and scaler.shares_namespace_with(workload)


def autoscaler_of(workload: Workload, project: Project) -> Object | None:
    """The HorizontalPodAutoscaler or KEDA ScaledObject that sets the number of its replicas."""
    for scaler in world(project).all("autoscaling/HorizontalPodAutoscaler", "keda.sh/ScaledObject"):
        if _targets(scaler.get("spec", "scaleTargetRef"), scaler, workload):
            return scaler
    return None


def rollout_of(workload: Workload, project: Project) -> Object | None:
    """The Rollout that borrows the template of a Deployment, and runs its replicas instead of it."""
    for rollout in world(project).all("argoproj.io/Rollout"):
        if _targets(rollout.get("spec", "workloadRef"), rollout, workload):
            return rollout
    return None


def limit_range_supplies(container: Container, section: str, resource: str, project: Project) -> bool:
    """Whether a LimitRange gives containers of the namespace this request or limit by default."""
    owner = container.pod.owner
    for limits in world(project).all("LimitRange"):
        if limits.namespace is None and owner.namespace is not None or not limits.shares_namespace_with(owner):
            continue
        listed = limits.get("spec", "limits")
        for entry in listed if isinstance(listed, list) else ():
            defaults = ("defaultRequest", "default") if section == "requests" else ("default",)
            if isinstance(entry, dict) and entry.get("type") == "Container":
                if any(isinstance(entry.get(name), dict) and resource in entry[name] for name in defaults):
                    return True
    return False


def applied_namespace(thing: Object, project: Project) -> str | None:
    """The namespace that a kustomization or a GitOps object gives to what leaves it open."""
    if found := kustomized_namespace(thing.path, project):
        return found
    for application in world(project).all("argoproj.io/Application"):
        if _covers(application.get("spec", "source", "path"), thing.path):
            namespace = application.get("spec", "destination", "namespace")
            if isinstance(namespace, str):
                return namespace
    for release in world(project).all("kustomize.toolkit.fluxcd.io/Kustomization"):
        namespace = release.get("spec", "targetNamespace")
        if isinstance(namespace, str) and _covers(release.get("spec", "path"), thing.path):
            return namespace
    return None


def _covers(directory: object, path: str) -> bool:
    if not isinstance(directory, str):
        return False
    clean = posixpath.normpath(directory).lstrip("/")
    return clean != "." and path.startswith(f"{clean}/")
