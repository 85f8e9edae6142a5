"""What rules see of Kubernetes: objects, workloads, pods and containers, with what a container inherits from its pod."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...model import Resource
from ...model import Span
from ...syntax import yaml
from ...syntax.yaml import Mapping
from ...unknown import Unknown
from ...unknown import is_unknown
from ..environments import is_production
from ..images import Image
from ..images import parse_image
from ..views import Branch
from ..views import View
from ..views import image_view
from .programs import flag
from .programs import flag_at
from .programs import program

# where the pod template (metadata and spec) of a kind stands
TEMPLATES: dict[str, tuple[str, ...]] = {
    "Pod": (),
    "PodTemplate": ("template",),
    "ReplicationController": ("spec", "template"),
    "apps/Deployment": ("spec", "template"),
    "apps/StatefulSet": ("spec", "template"),
    "apps/DaemonSet": ("spec", "template"),
    "apps/ReplicaSet": ("spec", "template"),
    "batch/Job": ("spec", "template"),
    "batch/CronJob": ("spec", "jobTemplate", "spec", "template"),
    "argoproj.io/Rollout": ("spec", "template"),
    "apps.openshift.io/DeploymentConfig": ("spec", "template"),
    # custom resources whose template is a pod's; what others (Prometheus, Workflow, Kafka) hold are parts of pods that their operator makes
    "serving.knative.dev/Service": ("spec", "template"),
    "serving.knative.dev/Configuration": ("spec", "template"),
    "keda.sh/ScaledJob": ("spec", "jobTargetRef", "template"),
    "kubeflow.org/Notebook": ("spec", "template"),
}
KNATIVE = ("serving.knative.dev/Service", "serving.knative.dev/Configuration")
JOBS = ("batch/Job", "batch/CronJob", "keda.sh/ScaledJob")
# those that run several of the same pod side by side to serve
REPLICATED = ("apps/Deployment", "apps/StatefulSet", "argoproj.io/Rollout", "apps.openshift.io/DeploymentConfig")
# kinds that were served under another group before
_MOVED = {
    "extensions/Deployment": "apps/Deployment",
    "extensions/DaemonSet": "apps/DaemonSet",
    "extensions/ReplicaSet": "apps/ReplicaSet",
    "extensions/Ingress": "networking.k8s.io/Ingress",
    "extensions/NetworkPolicy": "networking.k8s.io/NetworkPolicy",
    "extensions/PodSecurityPolicy": "policy/PodSecurityPolicy",
    "DeploymentConfig": "apps.openshift.io/DeploymentConfig",
}
# kinds that the core group never had: what somebody who writes `apiVersion: v1` for them means
MISTAKEN = {
    name.rpartition("/")[2]: name
    for name in (
        "apps/Deployment",
        "apps/StatefulSet",
        "apps/DaemonSet",
        "apps/ReplicaSet",
        "batch/Job",
        "batch/CronJob",
        "autoscaling/HorizontalPodAutoscaler",
        "networking.k8s.io/Ingress",
        "networking.k8s.io/NetworkPolicy",
        "policy/PodDisruptionBudget",
        "rbac.authorization.k8s.io/Role",
        "rbac.authorization.k8s.io/ClusterRole",
        "rbac.authorization.k8s.io/RoleBinding",
        "rbac.authorization.k8s.io/ClusterRoleBinding",
    )
}
SECTIONS = ("initContainers", "containers", "ephemeralContainers")
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
HANDLERS = ("httpGet", "tcpSocket", "exec", "grpc")


def dig(node: Any, *keys: str | int) -> Any:
    """The value under ``keys``, None where a step is missing, an unknown value as soon as one is met."""
    for key in keys:
        if is_unknown(node):
            return node
        if isinstance(node, dict):
            node = node.get(key)
        elif isinstance(node, list) and isinstance(key, int) and key < len(node):
            node = node[key]
        else:
            return None
    return node


def items(node: Any) -> Sequence[Any]:
    """A list, empty where there is none; asking for an unknown one raises."""
    return node if isinstance(node, list) or (is_unknown(node) and bool(node)) else []


def mappings(node: Any) -> Sequence[Any]:
    """A list of mappings; an item that is none holds nothing, an unknown one raises when it is asked."""
    return [item if isinstance(item, dict) or is_unknown(item) else {} for item in items(node)]


def entries(node: Any) -> dict[str, Any]:
    """A mapping, empty where there is none; asking for an unknown one raises."""
    return node if isinstance(node, dict) or (is_unknown(node) and bool(node)) else {}


def whole(value: Any) -> int | None:
    """A whole number, None for anything else; asking for an unknown one raises."""
    return value if (isinstance(value, int) and not isinstance(value, bool)) or (is_unknown(value) and bool(value)) else None


def selects(selector: Any, labels: Any) -> bool:
    """Whether a plain selector picks these labels; a selector with unknown values is not known to pick anything."""
    wanted = selector if isinstance(selector, dict) else {}
    if not wanted or any(map(is_unknown, wanted.values())):
        return False
    have = entries(labels)
    return all(key in have and have[key] == value for key, value in wanted.items())


def group_kind(api_version: str, type: str) -> str:
    """``apps/Deployment`` for apps/v1 Deployment, ``Pod`` for the core group, under the group a kind has today."""
    group = api_version.rpartition("/")[0]
    name = f"{group}/{type}" if group else type
    return _MOVED.get(name) or MISTAKEN.get(name, name)


@dataclass(frozen=True, eq=False)
class Part(Resource):
    """Something with a mapping of its own in a manifest."""

    body: Mapping

    def get(self, *keys: str | int) -> Any:
        """The value under the keys, None where there is none, an `Unknown` where it is a placeholder.

        What an unknown mapping holds cannot be said, so asking for a part of one raises.
        """
        node: Any = self.body
        for key in keys:
            node = None if is_unknown(node) and bool(node) else dig(node, key)
        return node

    def view(self) -> View:
        return View(self.body, self.span)

    def peek(self, *keys: str | int) -> Any:
        """Like `get`, for looking at other objects than the one that is judged: never raises."""
        return dig(self.body, *keys)

    def at(self, *keys: str | int) -> Span:
        """The place under the keys, or of the deepest enclosing thing that is written."""
        return yaml.at(self.body, *keys) if keys and keys[0] in self.body else self.span


@dataclass(frozen=True, eq=False)
class Object(Part):
    """One Kubernetes object."""

    api_version: str
    type: str

    @classmethod
    def facts(cls) -> AnyMapping[str, Callable[[Any], Any]]:
        return _OBJECT

    @property
    def id(self) -> str:
        """``apps/Deployment``: its API group and kind."""
        return group_kind(self.api_version, self.type)

    def is_a(self, *ids: str) -> bool:
        """Whether it is of one of these kinds, written with their API group."""
        return self.id in ids

    @property
    def object_name(self) -> Any:
        """``metadata.name``."""
        return self.get("metadata", "name")

    @property
    def namespace(self) -> Any:
        """``metadata.namespace``, None where it is left to the one who applies the object."""
        return self.get("metadata", "namespace")

    @property
    def labels(self) -> dict[str, Any]:
        return entries(self.get("metadata", "labels"))

    @property
    def annotations(self) -> dict[str, Any]:
        return entries(self.get("metadata", "annotations"))

    @property
    def is_production(self) -> bool:
        """Whether rules for production apply: nothing it comes from or goes to names another environment."""
        namespace = self.namespace
        return is_production(
            self.path, self.home, "" if namespace is None or is_unknown(namespace) else str(namespace), self.for_environment
        )

    def shares_namespace_with(self, other: Object) -> bool:
        """Whether both may stand in one namespace: equal, or not written on one side."""
        ours, theirs = self.namespace, other.namespace
        return ours is None or theirs is None or is_unknown(ours) or is_unknown(theirs) or bool(ours == theirs)


@dataclass(frozen=True, eq=False)
class Workload(Object):
    """An object that runs pods from a template."""

    @property
    def replicas(self) -> Any:
        """``spec.replicas``, None where it is not written (which means 1)."""
        return self.get("spec", "replicas")

    @property
    def keys_to_template(self) -> tuple[str, ...]:
        return TEMPLATES[self.id]

    @property
    def keys_to_pod(self) -> tuple[str, ...]:
        return (*TEMPLATES[self.id], "spec")

    def pod_at(self, *keys: str | int) -> Span:
        """A place in the pod's spec."""
        return self.at(*self.keys_to_pod, *keys)

    def pod_get(self, *keys: str | int) -> Any:
        """A value in the pod's spec."""
        return self.get(*self.keys_to_pod, *keys)

    @property
    def pod_labels(self) -> Any:
        return self.get(*self.keys_to_template, "metadata", "labels")

    @property
    def images(self) -> Iterator[Image | Unknown]:
        """The images of its containers that run on."""
        for container in mappings(self.pod_get("containers")):
            image = dig(container, "image")
            if is_unknown(image):
                yield image
            elif image is not None:
                yield parse_image(str(image))


@dataclass(frozen=True, eq=False)
class Pod(Part):
    """A pod's spec and metadata, of a Pod object or of a template; ``body`` holds both."""

    owner: Object

    @classmethod
    def facts(cls) -> AnyMapping[str, Callable[[Any], Any]]:
        return _POD

    def setting(self, *keys: str | int) -> Any:
        """A value in the spec."""
        return self.get("spec", *keys)

    def place(self, *keys: str | int) -> Span:
        """The place of a value in the spec, or of the deepest thing around it."""
        return self.at("spec", *keys)

    @property
    def labels(self) -> Any:
        return self.get("metadata", "labels")

    @property
    def annotations(self) -> dict[str, Any]:
        return entries(self.get("metadata", "annotations"))

    @property
    def is_windows(self) -> bool:
        """Whether it runs on Windows nodes, where most of a security context means nothing."""
        selected = self.setting("nodeSelector", "kubernetes.io/os")
        return self.setting("os", "name") == "windows" or (selected is not None and selected == "windows")

    @property
    def runs_to_completion(self) -> bool:
        """Whether it ends by itself: of a job, or with a restart policy that lets it end."""
        policy = self.setting("restartPolicy")
        return self.owner.is_a(*JOBS) or (policy is not None and policy in ("Never", "OnFailure"))

    @property
    def containers(self) -> Iterator[tuple[str, int, Mapping]]:
        """Section, index and body of every container, in the order in which they start."""
        for section in SECTIONS:
            listed = self.setting(section)
            for index, body in enumerate(listed if isinstance(listed, list) else ()):
                if isinstance(body, Mapping):
                    yield section, index, body

    @property
    def volumes(self) -> Sequence[Any]:
        return mappings(self.setting("volumes"))


@dataclass(frozen=True, eq=False)
class Container(Part):
    """A container of a pod, with what it inherits."""

    pod: Pod
    section: str

    @classmethod
    def facts(cls) -> AnyMapping[str, Callable[[Any], Any]]:
        return _CONTAINER

    @property
    def own_name(self) -> Any:
        return self.body.get("name")

    @property
    def is_ephemeral(self) -> bool:
        return self.section == "ephemeralContainers"

    @property
    def is_sidecar(self) -> bool:
        """An init container that keeps running beside the others."""
        policy = self.body.get("restartPolicy") if self.section == "initContainers" else None
        return policy is not None and policy == "Always"

    @property
    def is_init(self) -> bool:
        """Runs to its end before the others start."""
        return self.section == "initContainers" and not self.is_sidecar

    @property
    def is_long_running(self) -> bool:
        """Serves for as long as the pod lives, so that somebody has to ask how it is."""
        return not (self.is_init or self.is_ephemeral or self.pod.runs_to_completion)

    @cached_property
    def image(self) -> Image | Unknown | None:
        """Its image reference taken apart, None where none is written."""
        text = self.body.get("image")
        return text if text is None or is_unknown(text) else parse_image(str(text))

    def effective(self, key: str) -> Any:
        """A setting of the security context: the container's own, else the pod's."""
        own = self.get("securityContext", key)
        return self.pod.setting("securityContext", key) if own is None else own

    def effective_at(self, key: str) -> Span:
        """Where the effective setting stands, or where one would belong."""
        if self.get("securityContext", key) is None and self.pod.setting("securityContext", key) is not None:
            return self.pod.place("securityContext", key)
        return self.at("securityContext", key)

    @property
    def added_capabilities(self) -> Sequence[Any]:
        return items(self.get("securityContext", "capabilities", "add"))

    @property
    def dropped_capabilities(self) -> Sequence[Any]:
        return items(self.get("securityContext", "capabilities", "drop"))

    @property
    def ports(self) -> Sequence[Any]:
        return mappings(self.body.get("ports"))

    @property
    def env(self) -> Sequence[Any]:
        return mappings(self.body.get("env"))

    def has_probe(self, probe: str) -> bool:
        """Whether the probe is there and asks something."""
        handlers = entries(self.body.get(probe))
        return any(handlers.get(handler) is not None for handler in HANDLERS)

    def amount(self, section: str, resource: str) -> Any:
        """What it requests or is limited to, its share of the pod's own resources included."""
        own = self.get("resources", section, resource)
        return self.pod.setting("resources", section, resource) if own is None else own


class _Security(Branch):
    """The security context that holds for a container: its own settings, else the pod's."""

    def __init__(self, container: Container) -> None:
        self._container = container

    def part(self, key: str) -> Iterator[View]:
        value = self._container.effective(key)
        if value is not None:
            yield View(value, self._container.effective_at(key))


class _Flags(Branch):
    """The flags of the program that a container starts, by name without dashes."""

    def __init__(self, container: Container) -> None:
        self._container = container

    def part(self, key: str) -> Iterator[View]:
        value = flag(self._container, key)
        if value is not None:
            yield View(value, self._container.at(*flag_at(self._container, key)))


_OBJECT: AnyMapping[str, Callable[[Any], Any]] = {
    **Resource.facts(),
    "type": lambda thing: thing.id,
    "production": lambda thing: thing.is_production,
}
_POD: AnyMapping[str, Callable[[Any], Any]] = {
    **Resource.facts(),
    "type": lambda pod: pod.owner.id,
    "production": lambda pod: pod.owner.is_production,
    "owner": lambda pod: pod.owner.view(),
    "windows": lambda pod: pod.is_windows,
    "ends": lambda pod: pod.runs_to_completion,
}
_CONTAINER: AnyMapping[str, Callable[[Any], Any]] = {
    **Resource.facts(),
    "type": lambda container: container.pod.owner.id,
    "production": lambda container: container.pod.owner.is_production,
    "owner": lambda container: container.pod.owner.view(),
    "pod": lambda container: container.pod.view(),
    "windows": lambda container: container.pod.is_windows,
    "image": lambda container: image_view(container.image, container.at("image")),
    "security": lambda container: View(_Security(container), container.at("securityContext")),
    "program": program,
    "flags": lambda container: View(_Flags(container), container.at("command" if "command" in container.body else "args")),
    "init": lambda container: container.is_init,
    "sidecar": lambda container: container.is_sidecar,
    "ephemeral": lambda container: container.is_ephemeral,
    "long_running": lambda container: container.is_long_running,
}
