"""The manifests of a project taken together: what selects, scales or limits a pod."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...project import Project
from ...project import once
from ...unknown import Unknown
from ...unknown import is_unknown
from ..dockerfile.context import is_built_here
from ..images import Image
from ..images import parse_image
from .kustomize import kustomized_image
from .kustomize import kustomized_namespace
from .objects import Container
from .objects import Object
from .objects import Part
from .objects import Pod
from .objects import Workload
from .objects import dig
from .objects import entries
from .objects import group_kind
from .objects import items
from .objects import mappings
from .objects import selects


@dataclass(frozen=True)
class World:
    """Every object of the raw manifests, by API group and kind."""

    by_id: dict[str, tuple[Object, ...]]

    def all(self, *ids: str) -> Iterator[Object]:
        """The objects of some kinds."""
        for id in ids:
            yield from self.by_id.get(id, ())

    def named(self, id: str, name: str) -> tuple[Object, ...]:
        """The objects of a kind with this name, in any namespace."""
        return self._by_name.get((id, name), ())

    def scaling(self, name: str) -> tuple[Object, ...]:
        """The autoscalers whose target has this name."""
        return self._by_target.get(name, ())

    def selecting(self, labels: dict[str, Any]) -> Iterator[Object]:
        """The Services whose selector picks these labels."""
        for label in labels.items():
            for service in self._by_label.get(label, ()) if isinstance(label[1], str) else ():
                if selects(service.peek("spec", "selector"), labels):
                    yield service

    def binding(self, account: str) -> tuple[Object, ...]:
        """The bindings that have a service account of this name among their subjects."""
        return self._by_account.get(account, ())

    @cached_property
    def _by_account(self) -> dict[str, tuple[Object, ...]]:
        bindings = self.all("rbac.authorization.k8s.io/RoleBinding", "rbac.authorization.k8s.io/ClusterRoleBinding")
        listed = ((binding.peek("subjects"), binding) for binding in bindings)
        return _grouped((dig(who, "name"), binding) for known, binding in listed if isinstance(known, list) for who in known)

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], tuple[Object, ...]]:
        return _grouped((((id, thing.peek("metadata", "name")), thing) for id, things in self.by_id.items() for thing in things))

    @cached_property
    def _by_target(self) -> dict[str, tuple[Object, ...]]:
        scalers = self.all("autoscaling/HorizontalPodAutoscaler", "keda.sh/ScaledObject")
        return _grouped((scaler.peek("spec", "scaleTargetRef", "name"), scaler) for scaler in scalers)

    @cached_property
    def _by_label(self) -> dict[tuple[str, str], tuple[Object, ...]]:
        """Each Service under one of the labels it selects; which does not matter, for it must match all."""
        selectors = ((service.peek("spec", "selector"), service) for service in self.all("Service"))
        return _grouped((next(iter(wanted.items())), service) for wanted, service in selectors if isinstance(wanted, dict) and wanted)


def _grouped(pairs: Iterable[tuple[Any, Object]]) -> dict[Any, tuple[Object, ...]]:
    """Objects by key, those whose key is not plain text left out."""
    found: dict[Any, list[Object]] = {}
    for key, thing in pairs:
        if all(isinstance(part, str) for part in (key if isinstance(key, tuple) else (key,))):
            found.setdefault(key, []).append(thing)
    return {key: tuple(things) for key, things in found.items()}


@once
def world(project: Project, home: str = "", environment: str = "") -> World:
    """The world of the raw manifests, or of what a chart or overlay makes for an environment; made once."""
    found: dict[str, list[Object]] = {}
    for path in (home,) if home else project.files("kubernetes"):
        contents = project.contents(path)
        for resource in contents.resources if contents else ():
            if isinstance(resource, Object) and resource.kind == "k8s.object" and resource.for_environment == environment:
                found.setdefault(resource.id, []).append(resource)
    return World({id: tuple(objects) for id, objects in found.items()})


def world_of(thing: Part, project: Project) -> World:
    """The objects that a thing is deployed with."""
    return world(project, thing.home, thing.for_environment)


def deployed_image(container: Container, project: Project) -> Image | Unknown | None:
    """The image that is really pulled: a kustomization may set its tag or digest."""
    image = container.image
    if not isinstance(image, Image):
        return image
    name = "/".join(filter(None, (image.registry, image.repository)))
    tag, digest = kustomized_image(container.path, name, project)
    if tag is None and digest is None:
        return image
    return parse_image(f"{name}{f':{tag}' if tag else ''}{f'@{digest}' if digest else ''}")


def built_here(image: Image | Unknown, project: Project) -> bool:
    """Whether an image without a registry is built in this project."""
    return not image.registry and (is_built_here(project, image.repository) or image.repository in _skaffold(project))


@once
def _skaffold(project: Project) -> frozenset[str]:
    """The images that Skaffold builds."""
    configs = (body for id, objects in world(project).by_id.items() if id.startswith("skaffold/") for body in objects)
    return frozenset(str(artifact.get("image")) for config in configs for artifact in mappings(config.peek("build", "artifacts")))


def has_services(project: Project) -> bool:
    """Whether any Service selects pods at all."""
    return any(service.peek("spec", "selector") for service in world(project).all("Service"))


def is_served(pod: Pod, project: Project) -> bool:
    """Whether a Service of the same world sends traffic to the pod."""
    selecting = world(project).selecting(entries(pod.labels))
    return any(service.shares_namespace_with(pod.owner) for service in selecting)


def _targets(reference: object, scaler: Object, workload: Workload) -> bool:
    """Whether a scaler's reference (kind, name, apiVersion) means the workload."""
    if not isinstance(reference, dict):
        return False
    version, type, name = (reference.get(key) for key in ("apiVersion", "kind", "name"))
    if any(map(is_unknown, (version, type, name))) or (type is not None and type != workload.type):
        return False
    if isinstance(version, str) and isinstance(type, str) and group_kind(version, type) != workload.id:
        return False
    known = workload.object_name
    return not is_unknown(known) and name is not None and name == known and scaler.shares_namespace_with(workload)


def autoscaler_of(workload: Workload, project: Project) -> Object | None:
    """The HorizontalPodAutoscaler or KEDA ScaledObject that sets the number of its replicas."""
    name = workload.object_name
    for scaler in world(project).scaling(name) if isinstance(name, str) else ():
        if _targets(scaler.peek("spec", "scaleTargetRef"), scaler, workload):
            return scaler
    return None


def rollout_of(workload: Workload, project: Project) -> Object | None:
    """The Rollout that borrows the template of a Deployment, and runs its replicas instead of it."""
    for rollout in world(project).all("argoproj.io/Rollout"):
        if _targets(rollout.peek("spec", "workloadRef"), rollout, workload):
            return rollout
    return None


def limit_range_supplies(container: Container, section: str, resource: str, project: Project) -> bool:
    """Whether a LimitRange gives containers of the namespace this request or limit by default."""
    owner = container.pod.owner
    for limits in world(project).all("LimitRange"):
        if (limits.namespace is None and owner.namespace is not None) or not limits.shares_namespace_with(owner):
            continue
        defaults = ("defaultRequest", "default") if section == "requests" else ("default",)
        for entry in mappings(limits.peek("spec", "limits")):
            if entry.get("type") == "Container" and any(dig(entry, name, resource) is not None for name in defaults):
                return True
    return False


def applied_namespace(thing: Object, project: Project) -> str | None:
    """The namespace that a kustomization or a GitOps object gives to what leaves it open."""
    if found := kustomized_namespace(thing.path, project):
        return found
    for application in world(project).all("argoproj.io/Application"):
        if _covers(application.peek("spec", "source", "path"), thing.path):
            namespace = application.peek("spec", "destination", "namespace")
            if isinstance(namespace, str):
                return namespace
    for release in world(project).all("kustomize.toolkit.fluxcd.io/Kustomization"):
        namespace = release.peek("spec", "targetNamespace")
        if isinstance(namespace, str) and _covers(release.peek("spec", "path"), thing.path):
            return namespace
    return None


def _covers(directory: object, path: str) -> bool:
    if not isinstance(directory, str):
        return False
    clean = posixpath.normpath(directory).lstrip("/")
    return clean != "." and path.startswith(f"{clean}/")


def pins_images(project: Project) -> bool:
    """Whether an admission policy turns tags into digests when a pod is admitted."""
    everything = world(project)
    if any(everything.all("policy.sigstore.dev/ClusterImagePolicy")):
        return True
    policies = everything.all("kyverno.io/ClusterPolicy", "kyverno.io/Policy")
    rules = (rule for policy in policies for rule in items(policy.peek("spec", "rules")))
    return any(dig(entry, "mutateDigest") is not False for rule in rules for entry in items(dig(rule, "verifyImages")))


def service_account_of(pod: Pod, project: Project) -> Object | None:
    """The ServiceAccount object that a pod runs under, where the project holds it."""
    name = pod.setting("serviceAccountName")
    accounts = world(project).named("ServiceAccount", "default" if name is None else str(name))
    return next((account for account in accounts if account.shares_namespace_with(pod.owner)), None)
