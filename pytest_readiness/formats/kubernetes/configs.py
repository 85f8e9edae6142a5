"""The ConfigMaps and Secrets that pods use, and what brings them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax.yaml import Mapping
from ...unknown import Unknown
from ...unknown import is_unknown
from ..kustomize.files import KUSTOMIZATIONS
from .objects import SECTIONS
from .objects import Object
from .objects import Part
from .objects import Pod
from .objects import dig
from .objects import entries
from .objects import mappings
from .relations import namespace_of
from .selectors import certain
from .shape import is_placeholder
from .world import World
from .world import world_of

# ConfigMaps that the cluster or a mesh puts into every namespace
INJECTED = ("kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert")
# where custom resources name the Secret they have made, besides by their own name
_TARGETS: dict[str, tuple[tuple[str, ...], ...]] = {
    "external-secrets.io/ExternalSecret": (("spec", "target", "name"),),
    "external-secrets.io/ClusterExternalSecret": (("spec", "externalSecretSpec", "target", "name"), ("spec", "externalSecretName")),
    "kubernetes-client.io/ExternalSecret": (),
    "bitnami.com/SealedSecret": (("spec", "template", "metadata", "name"),),
    "cert-manager.io/Certificate": (("spec", "secretName"),),
    "secrets.hashicorp.com/VaultStaticSecret": (("spec", "destination", "name"),),
    "secrets.hashicorp.com/VaultDynamicSecret": (("spec", "destination", "name"),),
    "secrets.hashicorp.com/VaultPKISecret": (("spec", "destination", "name"),),
    "secrets.infisical.com/InfisicalSecret": (("spec", "managedSecretReference", "secretName"),),
    "onepassword.com/OnePasswordItem": (),
    "isindir.github.com/SopsSecret": (),
    "kafka.strimzi.io/KafkaUser": (),
    "generators.external-secrets.io/Password": (),
}
_BY_OWN_NAME = frozenset(id for id, keys in _TARGETS.items() if not keys) | {
    "external-secrets.io/ExternalSecret",
    "external-secrets.io/ClusterExternalSecret",
    "bitnami.com/SealedSecret",
}
_SUFFIXES = {"postgresql.cnpg.io/Cluster": ("-app", "-superuser", "-ca", "-server", "-replication")}
_GENERATORS = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}


@dataclass(frozen=True)
class Reference:
    """What a pod says of a ConfigMap or Secret that it uses: its name, and the keys it needs of it."""

    kind: str
    name: str | Unknown
    keys: tuple[str | Unknown, ...]
    optional: bool
    span: Span


def config_used_by(pod: Pod) -> Iterator[Reference]:
    """Every ConfigMap and Secret that a pod names, in the order in which it does."""
    for section in SECTIONS:
        for number, container in enumerate(mappings(pod.setting(section))):
            place: tuple[str | int, ...] = (section, number)
            for position, variable in enumerate(mappings(container.get("env"))):
                for key, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
                    yield from _reference(pod, kind, dig(variable, "valueFrom", key), (*place, "env", position, "valueFrom", key))
            for position, source in enumerate(mappings(container.get("envFrom"))):
                for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                    yield from _reference(pod, kind, source.get(key), (*place, "envFrom", position, key))
    for number, volume in enumerate(pod.volumes):
        yield from _volume(pod, volume, ("volumes", number))
        for position, source in enumerate(mappings(dig(volume, "projected", "sources"))):
            yield from _volume(pod, source, ("volumes", number, "projected", "sources", position))
    for number, secret in enumerate(mappings(pod.setting("imagePullSecrets"))):
        yield from _reference(pod, "Secret", secret, ("imagePullSecrets", number))


def _volume(pod: Pod, source: Any, place: tuple[str | int, ...]) -> Iterator[Reference]:
    yield from _reference(pod, "ConfigMap", source.get("configMap"), (*place, "configMap"))
    yield from _reference(pod, "Secret", source.get("secret"), (*place, "secret"))


def _reference(pod: Pod, kind: str, node: Any, place: tuple[str | int, ...]) -> Iterator[Reference]:
    body = entries(node)
    name = "secretName" if "secretName" in body else "name"
    if body.get(name) is not None:
        keys = [body["key"]] if body.get("key") is not None else [item.get("key") for item in mappings(body.get("items"))]
        known = tuple(_filled_in(key) for key in keys)
        yield Reference(kind, _filled_in(body[name]), known, body.get("optional") is True, pod.place(*place, name))


def _filled_in(text: Any) -> str | Unknown:
    """A name, unknown where it holds a placeholder: below ``env`` such text is left alone for programs to read."""
    if isinstance(text, Unknown):
        return text
    if not isinstance(text, str):
        return Unknown("the name of a ConfigMap or Secret, or of a key, is not text")
    return Unknown(f"{text} is filled in at deploy time") if is_placeholder("name", text) else text


def objects_named(reference: Reference, pod: Pod, project: Project) -> Iterator[Object]:
    """The ConfigMaps or Secrets that a reference means."""
    return certain(world_of(pod, project).named((reference.kind,), reference.name, namespace_of(pod)))


def makers_of(name: str, thing: Part, project: Project) -> Iterator[Object]:
    """The objects that have a Secret of this name made: ExternalSecrets, SealedSecrets, certificates, operators."""
    namespace = namespace_of(thing)
    for maker in world_of(thing, project).derived(_makers).get(name, ()):
        own = maker.peek("metadata", "namespace")
        cluster_wide = maker.type.startswith("Cluster") and own is None
        if cluster_wide or not isinstance(own, str) or not isinstance(namespace, str) or own == namespace:
            yield maker


def _makers(everything: World) -> dict[str, list[Object]]:
    found: dict[str, list[Object]] = {}
    for id, things in everything.by_id.items():
        for thing in things if "." in id or id == "Service" else ():
            for name in _made_by(thing):
                found.setdefault(name, []).append(thing)
    return found


def _made_by(thing: Object) -> Iterator[str]:
    """The names of the Secrets that an object has made."""
    own = thing.peek("metadata", "name")
    names = [thing.peek(*keys) for keys in _TARGETS.get(thing.id, ())]
    names += [thing.peek("spec", "writeConnectionSecretToRef", "name")]
    if thing.id in _BY_OWN_NAME and not any(isinstance(name, str) for name in names):
        names.append(own)
    if isinstance(own, str):
        names += [own + suffix for suffix in _SUFFIXES.get(thing.id, ())]
    if thing.is_a("secrets-store.csi.x-k8s.io/SecretProviderClass"):
        listed = thing.peek("spec", "secretObjects")
        names += [dig(item, "secretName") for item in listed] if isinstance(listed, list) else []
    names.append(thing.peek("metadata", "annotations", "service.beta.openshift.io/serving-cert-secret-name"))
    yield from (name for name in names if isinstance(name, str))


def is_generated(reference: Reference, project: Project) -> bool:
    """Whether a kustomization of the project generates what a raw manifest refers to."""
    return not is_unknown(reference.name) and (reference.kind, reference.name) in _generated(project)


@once
def _generated(project: Project) -> frozenset[tuple[str, str]]:
    found = set()
    for path in project.paths:
        if path.rpartition("/")[2] in KUSTOMIZATIONS:
            for body in _documents(path, project):
                for key, kind in _GENERATORS.items():
                    listed = body.get(key)
                    found |= (
                        {(kind, item["name"]) for item in listed if isinstance(item, Mapping) and isinstance(item.get("name"), str)}
                        if isinstance(listed, list)
                        else set()
                    )
    return frozenset(found)


def _documents(path: str, project: Project) -> Iterator[Mapping]:
    try:
        yield from (document.data for document in project.documents(path) if isinstance(document.data, Mapping))
    except ParseFailure:
        return
