"""Kubernetes manifests: YAML or JSON documents with ``apiVersion`` and ``kind``."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any
from typing import NamedTuple

from ...model import ParseFailure
from ...model import Resource
from ...model import Span
from ...project import Project
from ...syntax.yaml import Document
from ...syntax.yaml import Mapping
from ...syntax.yaml import Sequence
from ..base import Format
from ..gitops.kinds import kinds_of
from ..gitops.repository import repository as deployments
from ..kustomize.files import is_judged_elsewhere
from .kustomize import generated_secrets
from .objects import MISTAKEN
from .objects import TEMPLATES
from .objects import Container
from .objects import Object
from .objects import Part
from .objects import Pod
from .objects import Workload
from .objects import dig
from .objects import group_kind
from .scopes import CLUSTER_SCOPED
from .scopes import NAMESPACED
from .shape import has_placeholders
from .shape import misfits
from .shape import name_span
from .shape import with_unknowns
from .shape import without

_YAML_KEYS = tuple(re.compile(rf"^(?:\ufeff)?[\"']?{key}[\"']?[ \t]*:", re.MULTILINE) for key in ("apiVersion", "kind"))
_JSON_KEYS = tuple(re.compile(rf"\"{key}\"\s*:") for key in ("apiVersion", "kind"))
_SUFFIXES = (".yaml", ".yml", ".json")
_NOT_IN_NAMES = re.compile(r"[\[\]\x00-\x1f\x7f]|::")
_NAMED = {
    "Service": "k8s.service",
    "Namespace": "k8s.namespace",
    "Secret": "k8s.secret",
    "ConfigMap": "k8s.configmap",
    "ServiceAccount": "k8s.service-account",
    "networking.k8s.io/Ingress": "k8s.ingress",
    "gateway.networking.k8s.io/Gateway": "k8s.gateway",
    "networking.istio.io/Gateway": "k8s.gateway",
    "rbac.authorization.k8s.io/Role": "k8s.role",
    "rbac.authorization.k8s.io/ClusterRole": "k8s.role",
    "rbac.authorization.k8s.io/RoleBinding": "k8s.binding",
    "rbac.authorization.k8s.io/ClusterRoleBinding": "k8s.binding",
    "autoscaling/HorizontalPodAutoscaler": "k8s.hpa",
    "keda.sh/ScaledObject": "k8s.scaled-object",
    "autoscaling.k8s.io/VerticalPodAutoscaler": "k8s.vpa",
    "policy/PodDisruptionBudget": "k8s.pdb",
    "networking.k8s.io/NetworkPolicy": "k8s.network-policy",
    "monitoring.coreos.com/ServiceMonitor": "k8s.service-monitor",
    "gateway.networking.k8s.io/HTTPRoute": "k8s.route",
    "gateway.networking.k8s.io/GRPCRoute": "k8s.route",
    "gateway.networking.k8s.io/TLSRoute": "k8s.route",
    "gateway.networking.k8s.io/TCPRoute": "k8s.route",
    "gateway.networking.k8s.io/UDPRoute": "k8s.route",
}
MAX_OBJECTS = 100_000


class Site(NamedTuple):
    """Where objects are deployed from, if not from the file they stand in: a chart or overlay, for an environment.

    ``part`` is the dependency they belong to, in front of their names.
    """

    home: str = ""
    environment: str = ""
    part: str = ""
    third_party: bool = False

    @property
    def prefix(self) -> str:
        """What their names begin with."""
        return "".join((f"{self.environment}:" if self.environment else "", f"{self.part}/" if self.part else ""))

    @property
    def fields(self) -> dict[str, Any]:
        """What their resources know of it."""
        return {"home": self.home, "for_environment": self.environment, "third_party": self.third_party}


HERE = Site()


class Kubernetes(Format):
    """Every object of a manifest, its pods and its containers."""

    name = "kubernetes"

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        name = path.rpartition("/")[2]
        if not name.endswith(_SUFFIXES) or name in ("Chart.yaml", "package.json"):
            return False
        content = text()
        if "apiVersion" not in content:
            return False
        # a template may begin with a brace as well
        kinds = (_JSON_KEYS, _YAML_KEYS) if content.lstrip("\ufeff \t\r\n").startswith("{") else (_YAML_KEYS,)
        return any(all(key.search(content) for key in keys) for keys in kinds)

    def resources(self, path: str, project: Project) -> Iterator[Resource | ParseFailure]:
        if is_judged_elsewhere(path, project):
            return
        text = project.text(path)
        try:
            documents = project.documents(path)
        except ParseFailure as failure:
            if "{{" in text:
                raise ParseFailure(f"unrendered template: {failure.reason}", failure.span) from None
            raise
        yield from judged(documents, placeholders=has_placeholders(text))

    def repository(self, project: Project) -> Iterator[Resource]:
        if project.files(self.name):
            yield Resource("k8s.repository", "repo", Span("."))
        yield from deployments(project)


def judged(
    documents: Iterable[Document], site: Site = HERE, *, taken: set[str] | None = None, placeholders: bool = False
) -> Iterator[Resource | ParseFailure]:
    """The objects of documents as resources; ``taken`` are names that others of the same home have."""
    taken = set() if taken is None else taken
    for document in documents:
        for found in _objects(document.data):
            yield from (found,) if isinstance(found, ParseFailure) else _judged(found, site, taken, placeholders=placeholders)


def _objects(data: Any) -> Iterator[Mapping | ParseFailure]:
    """The objects of a document: itself, or the items of a List, in order."""
    stack = [data]
    seen = 0
    while stack:
        body = stack.pop()
        seen += 1
        if not isinstance(body, Mapping) or not ("apiVersion" in body or "kind" in body):
            continue
        problem = next((key for key in ("apiVersion", "kind") if not isinstance(body.get(key), str)), None)
        if problem:
            what = "is not text" if body.get(problem) is not None else "is missing"
            yield ParseFailure(f"not a Kubernetes object: {problem} {what}", body.entry(problem))
        elif body["kind"].endswith("List") and "items" in body and seen < MAX_OBJECTS:
            listed = body["items"]
            if not isinstance(listed, Sequence):
                if listed is not None:
                    yield ParseFailure("not a list of objects: items is not a list", body.entry("items"))
                continue
            stack.extend(_typed(item, body) for item in reversed(listed))
        else:
            yield body


def _typed(item: Any, parent: Mapping) -> Any:
    """An item of a typed list (``RoleList``) may leave its own type out."""
    if not isinstance(item, Mapping) or parent["kind"] == "List" or "kind" in item or "apiVersion" in item:
        return item
    typed = item.copy()
    typed.put("apiVersion", parent)
    typed.put("kind", parent, parent["kind"].removesuffix("List"), as_value=True)
    return typed


def _judged(raw: Mapping, site: Site, taken: set[str], *, placeholders: bool) -> Iterator[Resource | ParseFailure]:
    """An object as resources; what is wrong in it is said, and is unknown to whoever asks for it."""
    id = group_kind(raw["apiVersion"], raw["kind"])
    if id.startswith("kustomize.config.k8s.io/"):
        yield from generated_secrets(raw)
        return
    metadata = raw.get("metadata")
    if not isinstance(metadata, Mapping) and metadata is not None:
        yield ParseFailure(f"not a valid {id}: metadata is not a mapping", raw.entry("metadata"))
        return
    if raw["kind"] in MISTAKEN and "/" not in raw["apiVersion"]:
        yield ParseFailure(
            f"there is no {raw['kind']} in {raw['apiVersion']}: it belongs to {id.partition('/')[0]}", raw.entry("apiVersion")
        )
    body = with_unknowns(raw) if placeholders else raw
    for keys, failure in misfits(raw, id):
        yield failure
        body = without(body, keys, failure.reason)
    if (id in NAMESPACED or id in CLUSTER_SCOPED) and not _own_name(metadata):
        place = raw.entry("metadata") if "metadata" in raw else raw.entry("kind")
        yield ParseFailure(f"not a valid {id}: metadata has no name", place)
    yield from _resources(body, id, _name(raw, site, metadata, taken), name_span(raw), site.fields)


def _own_name(metadata: Mapping | None) -> str:
    """The name of an object as text, empty where it has none."""
    named = (dig(metadata, key) for key in ("name", "generateName"))
    return next((str(name) for name in named if isinstance(name, (str, int, float)) and str(name)), "")


def _name(raw: Mapping, site: Site, metadata: Mapping | None, taken: set[str]) -> str:
    """``Kind/name``; a second one in the file gets its namespace or a number, written as no name of an object can be."""
    plain = site.prefix + _NOT_IN_NAMES.sub("_", f"{raw['kind']}/{_own_name(metadata) or '?'}")
    namespace = dig(metadata, "namespace")
    name = plain
    if name in taken and isinstance(namespace, str):
        name = f"{plain}@{_NOT_IN_NAMES.sub('_', namespace)}"
    number = 2
    while name in taken:
        name, number = f"{plain}#{number}", number + 1
    taken.add(name)
    return name


def _resources(body: Mapping, id: str, name: str, span: Span, site: dict[str, Any]) -> Iterator[Resource]:
    api_version, type = str(body["apiVersion"]), str(body["kind"])
    whole = Object("k8s.object", name, span, body, api_version, type, **site)
    yield whole
    if id in _NAMED:
        yield Object(_NAMED[id], name, span, body, api_version, type, **site)
    for kind, make in kinds_of(id, body):
        yield make(kind, name, span, body, api_version, type, **site)
    if id not in TEMPLATES:
        return
    workload = Workload("k8s.workload", name, span, body, api_version, type, **site)
    if id not in ("Pod", "PodTemplate"):
        yield workload
    template = dig(body, *TEMPLATES[id])
    spec = dig(template, "spec")
    if not isinstance(template, Mapping) or not isinstance(spec, Mapping) or (body.get("kind") == "Rollout" and _is_elsewhere(body)):
        return
    pod = Pod("k8s.pod", name, span, template, workload, **site)
    yield pod
    yield from _containers(pod, site)


def _is_elsewhere(body: Mapping) -> bool:
    """A Rollout that borrows the template of a Deployment, which is judged there."""
    return dig(body, "spec", "workloadRef") is not None


def _containers(pod: Pod, site: dict[str, Any]) -> Iterator[Part]:
    for section, index, body in pod.containers:
        own = body.get("name")
        label = own if isinstance(own, str) and own else f"{section}-{index}"
        span = pod.place(section, index, "name") if own is not None else pod.place(section, index)
        yield Container("k8s.container", f"{pod.name}/{_NOT_IN_NAMES.sub('_', label)}", span, body, pod, section, **site)
