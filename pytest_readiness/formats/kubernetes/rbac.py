"""What RBAC rules grant, and to whom."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

from ...project import Project
from ...unknown import is_unknown
from .objects import Object
from .objects import Part
from .objects import dig
from .objects import items
from .objects import mappings
from .relations import namespace_of
from .selectors import certain
from .selectors import kept
from .selectors import places
from .world import World
from .world import world_of

# roles and bindings that Kubernetes itself or a managed cluster brings along
_BUILTIN = ("cluster-admin", "admin", "edit", "view", "gce:podsecuritypolicy:calico-sa")
EVERY_VERB = frozenset(("get", "list", "watch", "create", "update", "patch", "delete"))
ANONYMOUS = ("system:anonymous", "system:unauthenticated", "system:authenticated")


def is_builtin(thing: Object) -> bool:
    """Whether the cluster brings this role or binding along, so that its manifest only repeats it."""
    name = thing.object_name
    return not is_unknown(name) and (name in _BUILTIN or str(name).startswith("system:"))


def rules(role: Object) -> list[tuple[int, dict[str, Any]]]:
    """The rules of a role with their numbers; those of an aggregated role are filled in by the cluster."""
    return list(enumerate(mappings(role.get("rules"))))


def _covers(listed: Any, wanted: Iterable[str]) -> bool:
    """Whether one of the wanted names is listed, itself or by a wildcard (``*``, ``pods/*``, ``*/exec``)."""
    for name in items(listed):
        for want in wanted:
            base, _, sub = want.partition("/")
            if name in ("*", want) or (sub and name in (f"{base}/*", f"*/{sub}")):
                return True
    return False


def grants(rule: dict[str, Any], resources: Iterable[str], verbs: Iterable[str], *, groups: Iterable[str] = ("",)) -> bool:
    """Whether a rule allows one of the verbs on one of the resources, whatever they are called."""
    if items(rule.get("resourceNames")):
        return False
    return _covers(rule.get("apiGroups"), groups) and _covers(rule.get("resources"), resources) and _covers(rule.get("verbs"), verbs)


def grants_everything(rule: dict[str, Any]) -> bool:
    """Whether a rule allows everything on everything."""
    verbs = items(rule.get("verbs"))
    every = "*" in verbs or EVERY_VERB.issubset(verbs)
    return every and "*" in items(rule.get("apiGroups")) and "*" in items(rule.get("resources"))


def role_of(binding: Object, project: Project) -> Object | None:
    """The role that a binding hands out, where the project holds it."""
    type, name = binding.peek("roleRef", "kind"), binding.peek("roleRef", "name")
    if not isinstance(type, str) or not isinstance(name, str):
        return None
    namespace = None if type == "ClusterRole" else binding.peek("metadata", "namespace")
    return next(certain(world_of(binding, project).named((f"rbac.authorization.k8s.io/{type}",), name, namespace)), None)


def subjects(binding: Object) -> Iterator[tuple[int, str, str]]:
    """Number, kind and name of everybody a binding is for."""
    for number, subject in enumerate(mappings(binding.get("subjects"))):
        yield number, str(subject.get("kind")), str(subject.get("name"))


def bindings_of(account: object, thing: Part, project: Project) -> Iterator[Object]:
    """The RoleBindings and ClusterRoleBindings that give a service account in the namespace of a thing any rights."""
    if isinstance(account, str):
        index = world_of(thing, project).derived(_bindings)
        for place in places(namespace_of(thing)):
            yield from index.get((place, account), ())


def _bindings(everything: World) -> dict[tuple[Any, str], list[Object]]:
    """Bindings by the namespaces and names of the service accounts they are for."""
    found: dict[tuple[Any, str], list[Object]] = {}
    for binding in everything.all("rbac.authorization.k8s.io/RoleBinding", "rbac.authorization.k8s.io/ClusterRoleBinding"):
        listed = binding.peek("subjects")
        for subject in listed if isinstance(listed, list) else ():
            kind, name = dig(subject, "kind"), dig(subject, "name")
            if isinstance(kind, str) and kind == "ServiceAccount" and isinstance(name, str):
                for place in kept(dig(subject, "namespace")):
                    found.setdefault((place, name), []).append(binding)
    return found


def is_bound(account: object, owner: Part, project: Project) -> bool:
    """Whether anything gives a service account rights."""
    return any(True for _ in bindings_of(account, owner, project))
