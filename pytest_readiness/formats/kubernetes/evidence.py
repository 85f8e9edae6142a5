"""Whether the missing half of a relation should stand here, or may live elsewhere.

A directory of manifests may be one of several that are applied, and operators and charts bring objects of their own. So
nothing is called missing unless others of its kind stand beside the one that asks for it, and nothing that is deployed
with it may bring it.
"""

from __future__ import annotations

import re

from ...project import Project
from ...project import once
from ...unknown import Unresolved
from .objects import TEMPLATES
from .objects import Object
from .objects import Part
from .objects import dig
from .objects import mappings
from .relations import namespace_of
from .world import World
from .world import is_joined
from .world import world_of

PODS = tuple(id for id in TEMPLATES if id != "PodTemplate")
# objects that have something deployed which does not stand here
_DELIVERS = (
    "argoproj.io/Application",
    "argoproj.io/ApplicationSet",
    "fleet.cattle.io/Bundle",
    "fleet.cattle.io/GitRepo",
    "helm.cattle.io/HelmChart",
    "helm.toolkit.fluxcd.io/HelmRelease",
    "kustomize.toolkit.fluxcd.io/Kustomization",
    "operators.coreos.com/Subscription",
)
# API groups and kinds of custom resources that run no pods: policies, routes, secrets, certificates, rules
_PASSIVE_GROUPS = frozenset(
    (
        "acme.cert-manager.io",
        "apisix.apache.org",
        "appmesh.k8s.aws",
        "audit.k8s.io",
        "autoscaling.k8s.io",
        "bitnami.com",
        "cert-manager.io",
        "cilium.io",
        "cloud.google.com",
        "config.gatekeeper.sh",
        "config.openshift.io",
        "configuration.konghq.com",
        "constraints.gatekeeper.sh",
        "crd.projectcalico.org",
        "eksctl.io",
        "elbv2.k8s.aws",
        "external-secrets.io",
        "gateway.envoyproxy.io",
        "generators.external-secrets.io",
        "getambassador.io",
        "image.toolkit.fluxcd.io",
        "isindir.github.com",
        "k8s.nginx.org",
        "karpenter.sh",
        "keda.sh",
        "kubeadm.k8s.io",
        "kubernetes-client.io",
        "kyverno.io",
        "linkerd.io",
        "monitoring.googleapis.com",
        "multicluster.linkerd.io",
        "networking.gke.io",
        "networking.istio.io",
        "notification.toolkit.fluxcd.io",
        "onepassword.com",
        "policy.linkerd.io",
        "policy.sigstore.dev",
        "projectcalico.org",
        "projectcontour.io",
        "secrets-store.csi.x-k8s.io",
        "secrets.hashicorp.com",
        "secrets.infisical.com",
        "security.istio.io",
        "security.openshift.io",
        "source.toolkit.fluxcd.io",
        "specs.smi-spec.io",
        "split.smi-spec.io",
        "telemetry.istio.io",
        "templates.gatekeeper.sh",
        "traefik.containo.us",
        "traefik.io",
        "trust.cert-manager.io",
        "velero.io",
    )
)
_PASSIVE_KINDS = frozenset(
    (
        "apps.openshift.io/DeploymentConfig",
        "argoproj.io/AnalysisTemplate",
        "argoproj.io/AppProject",
        "argoproj.io/ClusterAnalysisTemplate",
        "argoproj.io/Rollout",
        "monitoring.coreos.com/AlertmanagerConfig",
        "monitoring.coreos.com/PodMonitor",
        "monitoring.coreos.com/Probe",
        "monitoring.coreos.com/PrometheusRule",
        "monitoring.coreos.com/ScrapeConfig",
        "monitoring.coreos.com/ServiceMonitor",
        "route.openshift.io/Route",
    )
)
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+")
_COMMON = frozenset(
    "a app api cluster component instance io k8s kubernetes main managed name of part pod role service tier type with".split()
)
_BUILT_IN = frozenset(("", "apps", "autoscaling", "batch", "extensions", "policy"))


def beside(thing: Part, project: Project, *ids: str) -> bool:
    """Whether objects of some kinds are deployed with a thing, so that one which is missing should stand there too.

    Of raw manifests: in the same directory, or in one beside it.
    """
    everything = world_of(thing, project)
    if thing.home or is_joined(thing, project):
        return any(True for _ in everything.all(*ids))
    return not _around(thing.path).isdisjoint(everything.derived(_directories, ids))


def _directories(everything: World, ids: tuple[str, ...]) -> frozenset[str]:
    return frozenset(directory for thing in everything.all(*ids) for directory in _around(thing.path))


def _around(path: str) -> frozenset[str]:
    """The directory of a file and the one above it, unless that is the root."""
    directory = path.rpartition("/")[0]
    return frozenset((directory, directory.rpartition("/")[0] or directory))


def in_its_namespace(thing: Part, project: Project, *ids: str) -> bool:
    """Whether any object of some kinds may stand in the namespace of a thing."""
    return in_namespace(namespace_of(thing), thing, project, *ids)


def in_namespace(namespace: object, thing: Part, project: Project, *ids: str) -> bool:
    """Whether any object of some kinds that is deployed with a thing may stand in a namespace."""
    return not isinstance(namespace, str) or not world_of(thing, project).derived(_namespaces, ids).isdisjoint((namespace, None))


def _namespaces(everything: World, ids: tuple[str, ...]) -> frozenset[str | None]:
    found = (thing.peek("metadata", "namespace") for thing in everything.all(*ids))
    return frozenset(namespace if isinstance(namespace, str) else None for namespace in found)


def unless_brought(thing: Part, what: str, project: Project) -> None:
    """Raise `Unresolved` where something that is deployed with a thing may bring what it is looking for.

    A release or application may bring anything. The operator of a custom resource makes pods, Services and configuration
    that are called after the resource or its kind: ``Kafka/events`` makes ``events-kafka-bootstrap``.
    """
    namespace, wanted = namespace_of(thing), _words(what)
    for bringer in _bringers(project, world_of(thing, project)):
        if bringer.is_a(*_DELIVERS) or (_is_near(bringer, namespace) and not wanted.isdisjoint(_words(f"{bringer.type} {_name(bringer)}"))):
            raise Unresolved(f"{what} does not stand here, but {bringer.name} may bring it")


def _is_near(bringer: Object, namespace: object) -> bool:
    own = bringer.peek("metadata", "namespace")
    return not isinstance(own, str) or not isinstance(namespace, str) or own == namespace


def _name(bringer: Object) -> object:
    """The name of a resource, or a part of the reason where it is not known."""
    name = bringer.peek("metadata", "name")
    return name if isinstance(name, str) else ""


def _words(text: str) -> frozenset[str]:
    """The words of names and labels, also those of ``CamelCase``, without what says nothing."""
    return frozenset(word.lower() for word in _WORD.findall(text)) - _COMMON


@once
def _bringers(project: Project, everything: World) -> tuple[Object, ...]:
    """The objects that may have others made which do not stand here."""
    return tuple(thing for id, things in everything.by_id.items() if _is_active(id) for thing in things if _delivers(thing, project))


def _is_active(id: str) -> bool:
    group = id.rpartition("/")[0]
    if id in _DELIVERS:
        return True
    passive = id in _PASSIVE_KINDS or group in _BUILT_IN or group in _PASSIVE_GROUPS or group.startswith("skaffold")
    return not passive and (not group.endswith(".k8s.io") or group.endswith(".x-k8s.io"))


def _delivers(thing: Object, project: Project) -> bool:
    """Whether what it has deployed does not stand in this project itself."""
    if thing.is_a("kustomize.toolkit.fluxcd.io/Kustomization"):
        return not _is_here(thing.peek("spec", "path"), project)
    if thing.is_a("argoproj.io/Application"):
        sources = [thing.peek("spec", "source"), *mappings(thing.peek("spec", "sources"))]
        return any(not _is_here(dig(source, "path"), project) for source in sources if source is not None)
    return True


def _is_here(path: object, project: Project) -> bool:
    """Whether a directory that is deployed from a repository is one of this project."""
    return isinstance(path, str) and path.strip("./") != "" and path.strip("./") in _everywhere(project)


@once
def _everywhere(project: Project) -> frozenset[str]:
    """Every directory of the project."""
    found = set()
    for path in project.paths:
        while path := path.rpartition("/")[0]:
            found.add(path)
    return frozenset(found)
