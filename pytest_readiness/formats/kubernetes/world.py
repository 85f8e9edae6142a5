"""The objects that are deployed together: what one of them may rely on, and what it never sees."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import islice
from typing import Any
from typing import TypeVar

from ...project import Project
from ...project import once
from ...unknown import Unknown
from ...unknown import is_unknown
from ..dockerfile.context import is_built_here
from ..images import Image
from ..images import parse_image
from .kustomize import kustomized_image
from .kustomize import kustomized_namespace
from .objects import TEMPLATES
from .objects import Container
from .objects import Object
from .objects import Part
from .objects import Pod
from .objects import dig
from .objects import items
from .objects import mappings
from .selectors import Answer
from .selectors import Labelled
from .selectors import Selecting
from .selectors import Selector
from .selectors import both
from .selectors import equalities
from .selectors import kept
from .selectors import label_selector
from .selectors import places

T = TypeVar("T")
Keys = tuple[str, ...]
MONITORS = ("monitoring.coreos.com/ServiceMonitor", "monitoring.coreos.com/PodMonitor")


@dataclass(frozen=True, eq=False)
class World:
    """Every object that is deployed together, by API group and kind, and the pods they run."""

    by_id: dict[str, tuple[Object, ...]]
    pods: tuple[Pod, ...] = ()
    # indexes, each made when it is first asked for
    _by_text: dict[tuple[tuple[str, ...], Keys], dict[tuple[Any, str | None], list[Object]]] = field(default_factory=dict)
    _selecting: dict[tuple[str, Keys], Selecting[Object]] = field(default_factory=dict)
    _labelled: dict[tuple[str, ...], Labelled[Object]] = field(default_factory=dict)
    _derived: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def all(self, *ids: str) -> Iterator[Object]:
        """The objects of some kinds."""
        for id in ids:
            yield from self.by_id.get(id, ())

    def derived(self, make: Callable[..., T], *args: Hashable) -> T:
        """What a function works out of this world (and arguments), once."""
        key = (make, *args)
        if key not in self._derived:
            self._derived[key] = make(self, *args)
        return self._derived[key]  # type: ignore[no-any-return]

    def having(
        self, ids: tuple[str, ...], keys: Keys, text: Any, namespace: Any, also: Callable[[Object], Answer] = lambda _: True
    ) -> Iterator[tuple[Object, Answer]]:
        """The objects of some kinds that have a text under ``keys`` and may stand in a namespace, if something else holds of them.

        Of those that only may have it, one is enough to say so; it comes last.
        """
        if (ids, keys) not in self._by_text:
            self._by_text[ids, keys] = _by_text(self.all(*ids), keys)
        index = self._by_text[ids, keys]
        hidden: Iterable[Object] = ()
        if isinstance(text, Unknown):
            hidden = self.all(*ids)
        elif isinstance(text, str):
            yield from ((thing, also(thing)) for place in places(namespace) for thing in index.get((place, text), ()))
            hidden = (thing for place in places(namespace) for thing in index.get((place, None), ()))
        doubts = ((thing, both(also(thing), text if isinstance(text, Unknown) else thing.peek(*keys))) for thing in hidden)
        yield from islice(((thing, doubt) for thing, doubt in doubts if isinstance(doubt, Unknown)), 1)

    def named(
        self, ids: tuple[str, ...], name: Any, namespace: Any, also: Callable[[Object], Answer] = lambda _: True
    ) -> Iterator[tuple[Object, Answer]]:
        """The objects of some kinds with a name."""
        return self.having(ids, ("metadata", "name"), name, namespace, also)

    def selecting(self, id: str, keys: Keys, namespace: Any, labels: Any) -> Iterator[Object]:
        """The objects of a kind that pick some labels by the selector under ``keys``."""
        if (id, keys) not in self._selecting:
            found = ((selector_of(thing, keys), thing) for thing in self.all(id))
            listed = ((space, selector, thing) for selector, thing in found if selector is not None for space in looks_into(thing))
            self._selecting[id, keys] = Selecting(tuple(listed))
        return self._selecting[id, keys].picking(namespace, labels)

    def labelled(self, ids: tuple[str, ...], namespace: Any, selector: Selector | Unknown | None) -> Iterator[Object]:
        """The objects of some kinds that a selector picks by their own labels."""
        if ids not in self._labelled:
            found = ((thing.peek("metadata", "namespace"), thing.peek("metadata", "labels"), thing) for thing in self.all(*ids))
            self._labelled[ids] = Labelled(tuple(found))
        return self._labelled[ids].picked(namespace, selector)

    def running(self, namespace: Any, selector: Selector | Unknown | None) -> Iterator[Pod]:
        """The pods that a selector picks."""
        return self._running.picked(namespace, selector)

    def template_of(self, workload: Object) -> Pod | None:
        """The pod that a workload's own template describes."""
        return self._templates.get(id(workload.body))

    @cached_property
    def _templates(self) -> dict[int, Pod]:
        return {id(pod.owner.body): pod for pod in self.pods}

    @cached_property
    def _running(self) -> Labelled[Pod]:
        return Labelled(tuple((pod.owner.peek("metadata", "namespace"), pod.peek("metadata", "labels"), pod) for pod in self.pods))


def selector_of(thing: Object, keys: Keys) -> Selector | Unknown | None:
    """What an object selects by the selector under ``keys``; None for nothing at all."""
    node = thing.peek(*keys)
    if thing.is_a("Service"):
        return None if isinstance(node, dict) and not node else equalities(node)
    if thing.is_a("networking.k8s.io/NetworkPolicy", *MONITORS) and node is None and isinstance(thing.peek("spec"), dict):
        return Selector()
    selector = label_selector(node)
    if thing.is_a("policy/PodDisruptionBudget") and thing.api_version.endswith("/v1beta1") and selector == Selector():
        return None  # before v1 an empty selector picked nothing
    return selector


def looks_into(thing: Object) -> list[Any]:
    """The namespaces in which an object selects: its own, or those that a monitor names; None for any."""
    where = thing.peek("spec", "namespaceSelector") if thing.is_a(*MONITORS) else None
    every, named = dig(where, "any"), dig(where, "matchNames")
    if is_unknown(every) or is_unknown(named) or every is True:
        return [None]
    return named if isinstance(named, list) and named else [thing.peek("metadata", "namespace")]


def _by_text(things: Iterable[Object], keys: Keys) -> dict[tuple[Any, str | None], list[Object]]:
    """Objects by namespace and the text under ``keys``; under None those whose text is unknown."""
    found: dict[tuple[Any, str | None], list[Object]] = {}
    for thing in things:
        text = thing.peek(*keys)
        if isinstance(text, str) or is_unknown(text):
            for place in kept(thing.peek("metadata", "namespace")):
                found.setdefault((place, text if isinstance(text, str) else None), []).append(thing)
    return found


@once
def world(project: Project, home: str = "", environment: str = "") -> World:
    """The world of the raw manifests, or of what a chart or overlay makes for an environment; made once."""
    paths = (home,) if home else project.files("kubernetes")
    return _world(thing for thing in _things(paths, project) if thing.home == home and thing.for_environment == environment)


def world_of(thing: Part, project: Project) -> World:
    """The objects that a thing is deployed with: its own world, or those that the settings join to it."""
    place = thing.home or thing.path
    groups = _groups(project, place) if project.configuration.worlds else ()
    return _joined(project, groups, thing.for_environment) if groups else world(project, thing.home, thing.for_environment)


def is_joined(thing: Part, project: Project) -> bool:
    """Whether the settings say what a thing is deployed with."""
    return bool(project.configuration.worlds) and bool(_groups(project, thing.home or thing.path))


@once
def _groups(project: Project, place: str) -> tuple[int, ...]:
    """The configured groups that a file, chart or overlay belongs to."""
    return tuple(number for number, globs in enumerate(project.configuration.worlds) if _is_named(place, globs))


def _is_named(place: str, globs: Iterable[str]) -> bool:
    """Whether a glob names the place or a directory that it lies in."""
    plain = [glob.removeprefix("./").rstrip("/") for glob in globs]
    return any(fnmatchcase(place, glob) or fnmatchcase(place, f"{glob}/*") for glob in plain)


@once
def _joined(project: Project, groups: tuple[int, ...], environment: str) -> World:
    """What groups name, for an environment: its own objects and those that belong to none. Without an environment, all of them."""
    globs = [glob for number in groups for glob in project.configuration.worlds[number]]
    named = [place for place in (*project.files("kubernetes"), *project.homes) if _is_named(place, globs)]
    return _world(thing for thing in _things(named, project) if not environment or thing.for_environment in ("", environment))


def _things(paths: Iterable[str], project: Project) -> Iterator[Part]:
    """The objects and pods of files, charts and overlays."""
    for path in paths:
        contents = project.contents(path)
        for resource in contents.resources if contents else ():
            if isinstance(resource, Part) and resource.kind in ("k8s.object", "k8s.pod"):
                yield resource


def _world(things: Iterable[Part]) -> World:
    found: dict[str, list[Object]] = {}
    pods: list[Pod] = []
    for thing in things:
        if isinstance(thing, Object):
            found.setdefault(thing.id, []).append(thing)
        elif isinstance(thing, Pod) and not thing.owner.is_a("PodTemplate"):  # which runs nothing by itself
            pods.append(thing)
    judged = {id(pod.owner.body) for pod in pods}
    for kind in TEMPLATES:
        if kind != "PodTemplate":
            pods.extend(_unfinished(thing) for thing in found.get(kind, ()) if id(thing.body) not in judged and _has_labels(thing))
    return World({id: tuple(objects) for id, objects in found.items()}, tuple(pods))


def _has_labels(workload: Object) -> bool:
    """Whether a template without a spec, which a patch may add, at least says what its pods are called."""
    return isinstance(workload.peek(*TEMPLATES[workload.id], "metadata", "labels"), dict)


def _unfinished(workload: Object) -> Pod:
    template = workload.peek(*TEMPLATES[workload.id])
    return Pod("k8s.pod", workload.name, workload.span, template, workload, home=workload.home, for_environment=workload.for_environment)


def deployed_image(container: Container, project: Project) -> Image | Unknown | None:
    """The image that is really pulled: a kustomization may set its tag or digest."""
    image = container.image
    if container.home or not isinstance(image, Image):  # what is rendered names the image that is pulled
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
    """The images that Skaffold builds, wherever they are deployed."""
    configs = (body for id, objects in world(project).by_id.items() if id.startswith("skaffold/") for body in objects)
    return frozenset(str(artifact.get("image")) for config in configs for artifact in mappings(config.peek("build", "artifacts")))


def applied_namespace(thing: Object, project: Project) -> str | None:
    """The namespace that a kustomization or a GitOps object gives to what leaves it open."""
    if not thing.home and (found := kustomized_namespace(thing.path, project)):
        return found
    # whoever deploys a directory of the repository may stand anywhere in it
    for application in world(project).all("argoproj.io/Application"):
        if covers(application.peek("spec", "source", "path"), thing.home or thing.path):
            namespace = application.peek("spec", "destination", "namespace")
            if isinstance(namespace, str):
                return namespace
    for release in world(project).all("kustomize.toolkit.fluxcd.io/Kustomization"):
        namespace = release.peek("spec", "targetNamespace")
        if isinstance(namespace, str) and covers(release.peek("spec", "path"), thing.home or thing.path):
            return namespace
    return None


def is_released(thing: Object, project: Project) -> bool:
    """Whether a chart makes it: whoever installs a release says into which namespace."""
    maker = project.format_of(thing.home) if thing.home else None
    return maker is not None and maker.name == "helm"


def covers(directory: object, path: str) -> bool:
    """Whether a directory that a GitOps object names holds a file, chart or overlay."""
    if not isinstance(directory, str):
        return False
    clean = posixpath.normpath(directory).lstrip("/")
    return clean != "." and (path == clean or path.startswith(f"{clean}/"))


def pins_images(thing: Part, project: Project) -> bool:
    """Whether an admission policy turns tags into digests when a pod is admitted."""
    everything = world_of(thing, project)
    if any(everything.all("policy.sigstore.dev/ClusterImagePolicy")):
        return True
    policies = everything.all("kyverno.io/ClusterPolicy", "kyverno.io/Policy")
    rules = (rule for policy in policies for rule in items(policy.peek("spec", "rules")))
    return any(dig(entry, "mutateDigest") is not False for rule in rules for entry in items(dig(rule, "verifyImages")))
