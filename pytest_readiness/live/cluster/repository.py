"""What the repository declares for a cluster: its manifests, and what charts and overlays make for one environment."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any
from typing import NamedTuple

from ...formats.environments import environment_of
from ...formats.helm.rendering import NAMESPACE
from ...formats.kubernetes.objects import Object
from ...formats.kubernetes.scopes import CLUSTER_SCOPED
from ...formats.kubernetes.world import applied_namespace
from ...formats.kubernetes.world import is_released
from ...model import ParseFailure
from ...project import Project
from ...unknown import is_unknown
from ..entries import Entry
from ..measure import Judged
from .values import nothing

WORKLOADS = frozenset(("apps/Deployment", "apps/StatefulSet", "argoproj.io/Rollout", "autoscaling/HorizontalPodAutoscaler"))


class Minimum(NamedTuple):
    """How many replicas are declared, and where."""

    replicas: int
    place: str


Minimums = Mapping[tuple[str, str, str], Minimum]  # by kind, namespace (empty where that is left open) and name


class Thing(NamedTuple):
    """A declared object; ``namespace`` is None where that is left to whoever applies it, empty for what has none."""

    id: str
    namespace: str | None
    name: str
    place: str
    object: Object
    says: Any = None  # what is compared with the cluster, beyond that it is there

    @property
    def called(self) -> str:
        kind = self.id.rpartition("/")[2]
        return "/".join(filter(None, (kind, self.namespace, self.name)))


def declared(entry: Entry, project: Project, kinds: Iterable[str]) -> list[Thing]:
    """The objects of some kinds (``NetworkPolicy`` or ``group/Kind``) that are meant for the cluster of a check, each once.

    Raises `Unresolved` for a name known only at deploy time, `ParseFailure` where it is not said which environment is meant.
    """
    found = list(_objects(entry, project, frozenset(kinds)))
    meant = sorted({name for thing in found if (name := _environment(thing))})
    if len(meant) > 1 and not {"environment", "manifests"} & entry.body.keys():
        what = " and ".join(sorted({thing.type for thing in found}))
        where = ", ".join(meant)
        raise ParseFailure(f"the repository declares {what} for {where}: say which is meant with environment or manifests", entry.span)
    return _each_once(_thing(object, project) for object in found)


def undeclared(entry: Entry, kinds: Iterable[str]) -> Judged:
    """What becomes of a check that is about declared objects where there are none."""
    body = entry.body
    meant = f" for {body['environment']}" if "environment" in body else ""
    place = f" in {' and '.join(body['manifests'])}" if "manifests" in body else ""
    return nothing(entry, f"the repository declares no {' and no '.join(kinds)}{meant}{place}")


def minimums(entry: Entry, project: Project) -> Minimums:
    """The replicas that are declared of workloads: the least of an autoscaler, where there is one.

    What is known only at deploy time is no minimum: the cluster knows how many are desired.
    """
    found: dict[tuple[str, str, str], Minimum] = {}
    scaled: dict[tuple[str, str, str], Minimum | None] = {}
    certain = (object for object in _objects(entry, project, WORKLOADS) if not _is_open(object))
    for thing in _each_once(_thing(object, project) for object in certain):
        kind = thing.id.rpartition("/")[2]
        if kind == "HorizontalPodAutoscaler":
            target = (thing.object.peek("spec", "scaleTargetRef", key) for key in ("kind", "name"))
            kind, name = (value if isinstance(value, str) else "" for value in target)
            least = thing.object.peek("spec", "minReplicas")
            scaled[kind, thing.namespace or "", name] = _minimum(1 if least is None else least, thing)
        elif minimum := _minimum(thing.object.peek("spec", "replicas"), thing):
            found[kind, thing.namespace or "", thing.name] = minimum
    return {key: minimum for key, minimum in {**found, **scaled}.items() if minimum is not None}


def _minimum(replicas: Any, thing: Thing) -> Minimum | None:
    counts = isinstance(replicas, int) and not isinstance(replicas, bool) and 0 <= replicas < 2**31
    return Minimum(replicas, thing.place) if counts else None


def _is_open(object: Object) -> bool:
    return any(is_unknown(object.peek("metadata", key)) for key in ("name", "namespace"))


def _each_once(things: Iterable[Thing]) -> list[Thing]:
    """Things that have a name; the first of those that are the same."""
    found: dict[tuple[Any, ...], Thing] = {}
    for thing in things:
        if thing.name:
            found.setdefault(thing[:3], thing)
    return list(found.values())


def _objects(entry: Entry, project: Project, kinds: frozenset[str]) -> Iterator[Object]:
    for path in sorted({*project.files("kubernetes"), *project.homes}):
        contents = project.contents(path)
        for thing in contents.resources if contents else ():
            if isinstance(thing, Object) and thing.kind == "k8s.object" and _is_wanted(thing, entry, kinds):
                yield thing


def _is_wanted(thing: Object, entry: Entry, kinds: frozenset[str]) -> bool:
    return bool({thing.id, thing.id.rpartition("/")[2]} & kinds) and _is_meant(thing, entry) and not _is_passing(thing)


def _is_meant(thing: Object, entry: Entry) -> bool:
    """Whether an object is for the environment of a check and stands where its ``manifests`` are."""
    body = entry.body
    place = thing.home or thing.path
    globs = [glob.removeprefix("./").rstrip("/") for glob in body.get("manifests", ())]
    if globs and not any(fnmatchcase(place, glob) or fnmatchcase(place, f"{glob}/*") for glob in globs):
        return False
    wanted = body.get("environment")
    if not wanted or thing.for_environment:
        return not wanted or thing.for_environment == wanted
    return environment_of(place) in ("", wanted, environment_of(wanted))


def _environment(thing: Object) -> str:
    return thing.for_environment or environment_of(thing.home or thing.path)


def _is_passing(thing: Object) -> bool:
    """Whether helm makes it for a moment only."""
    return thing.peek("metadata", "annotations", "helm.sh/hook") is not None


def _thing(object: Object, project: Project) -> Thing:
    named = object.object_name
    name = "" if named is None else str(named)
    return Thing(object.id, _namespace(object, project), name, f"{object.span.path}:{object.span.line}", object)


def _namespace(object: Object, project: Project) -> str | None:
    if object.id in CLUSTER_SCOPED:
        return ""
    written = object.namespace
    if written is None or (not is_unknown(written) and written == NAMESPACE and is_released(object, project)):
        return applied_namespace(object, project)
    return str(written)
