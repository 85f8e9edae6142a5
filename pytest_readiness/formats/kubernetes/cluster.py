"""What a project says of the cluster itself: whether one is defined here, and what is installed in it."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any
from typing import cast

from ...model import ParseFailure
from ...model import Resource
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax.yaml import Mapping
from ..images import Image
from ..kustomize.files import KUSTOMIZATIONS
from ..terraform.blocks import Block
from ..terraform.blocks import is_example
from .objects import Container
from .objects import Object
from .objects import dig
from .programs import program

# what makes a cluster, in Terraform and as objects; kind, minikube and k3d make one for a test
TERRAFORM_CLUSTERS = frozenset(
    (
        "aws_eks_cluster",
        "google_container_cluster",
        "azurerm_kubernetes_cluster",
        "digitalocean_kubernetes_cluster",
        "oci_containerengine_cluster",
        "scaleway_k8s_cluster",
        "terraform-aws-modules/eks/aws",
        "terraform-google-modules/kubernetes-engine/google",
        "Azure/aks/azurerm",
    )
)
CLUSTER_OBJECTS = (
    "kubeadm.k8s.io/ClusterConfiguration",
    "cluster.x-k8s.io/Cluster",
    "eksctl.io/ClusterConfig",
    "kops.k8s.io/Cluster",
)
# what is installed once for a whole cluster: a repository that does this runs one, wherever it was made
PLATFORM = frozenset(
    "argo-cd argocd aws-ebs-csi-driver aws-load-balancer-controller calico cert-manager cilium cluster-autoscaler external-dns"
    " external-secrets falco flux2 gatekeeper ingress-nginx istiod karpenter kube-prometheus-stack kubernetes-dashboard kyverno"
    " linkerd-control-plane metrics-server opa-gatekeeper prometheus-operator sealed-secrets tetragon tigera-operator traefik velero".split()
)


def objects(project: Project, *ids: str) -> Iterator[Object]:
    """The objects of some kinds, wherever they stand and whatever they were rendered from."""
    found = _objects(project)
    for id in ids:
        yield from found.get(id, ())


@once
def _objects(project: Project) -> dict[str, list[Object]]:
    found: dict[str, list[Object]] = {}
    for resource in cast("Sequence[Object]", project.resources("k8s.object")):
        found.setdefault(resource.id, []).append(resource)
    return found


def groups(project: Project, *suffixes: str) -> Iterator[Object]:
    """The objects whose API group ends so (``gatekeeper.sh`` holds ``constraints.gatekeeper.sh``)."""
    for id, listed in _objects(project).items():
        group = id.rpartition("/")[0]
        if any(group == suffix or group.endswith(f".{suffix}") for suffix in suffixes):
            yield from listed


def blocks(project: Project, *types: str) -> Iterator[Block]:
    """The Terraform resources and module calls of some types, those of examples left out."""
    found = _blocks(project)
    for type in types:
        yield from found.get(type, ())


@once
def _blocks(project: Project) -> dict[str, list[Block]]:
    found: dict[str, list[Block]] = {}
    for kind in ("tf.resource", "tf.module-call"):
        for block in cast("Sequence[Block]", project.resources(kind)):
            if not is_example(block.module.directory):
                found.setdefault(block.type.partition("//")[0], []).append(block)
    return found


@once
def clusters(project: Project) -> tuple[Block | Object, ...]:
    """Where clusters are defined: Terraform resources, configurations of kubeadm and its like, API servers run as pods."""
    found: list[Block | Object] = [block for block in blocks(project, *sorted(TERRAFORM_CLUSTERS)) if block.is_production]
    found += [thing for thing in objects(project, *CLUSTER_OBJECTS) if thing.is_production]
    return (*found, *dict.fromkeys(container.pod.owner for container in components(project, "kube-apiserver")))


def components(project: Project, name: str) -> Iterator[Container]:
    """The containers that run a component of the control plane (``kube-apiserver``)."""
    for container in cast("Sequence[Container]", project.resources("k8s.container")):
        if program(container) == name:
            yield container


@once
def foundation(project: Project) -> Span | None:
    """The place that shows that the project runs a cluster: it defines one, or installs what a cluster has once. None without one."""
    if found := clusters(project):
        return found[0].span
    return min((span for name, span in installed(project).items() if name in PLATFORM), default=None)


def runs(project: Project, *names: str) -> bool:
    """Whether a chart, an image, an add-on or a release of one of these names is deployed; prose does not count."""
    return not installed(project).keys().isdisjoint(names)


@once
def installed(project: Project) -> dict[str, Span]:
    """The names of everything that is deployed and where: charts, releases, applications, add-ons and images, in lower case."""
    found: dict[str, Span] = {}
    for name, span in (*_charts(project), *_releases(project), *_terraform(project), *_images(project)):
        if isinstance(name, str):
            found.setdefault(name.lower().rpartition("/")[2], span)
    return found


def _charts(project: Project) -> Iterator[tuple[Any, Span]]:
    """Charts by the files that name them: dependencies of a chart, charts of a kustomization, releases of a helmfile."""
    for path in project.paths:
        folder, _, name = path.rpartition("/")
        if name in ("Chart.yaml", "requirements.yaml"):
            key, field = "dependencies", "name"
        elif name in KUSTOMIZATIONS:
            key, field = "helmCharts", "name"
        elif name in ("helmfile.yaml", "helmfile.yml") or (folder.endswith("helmfile.d") and name.endswith((".yaml", ".yml"))):
            key, field = "releases", "chart"
        else:
            continue
        for body in _bodies(path, project):
            for item in _mappings(body.get(key)):
                yield item.get(field), item.entry(field)


def _bodies(path: str, project: Project) -> Iterator[Mapping]:
    try:
        yield from (document.data for document in project.documents(path) if isinstance(document.data, Mapping))
    except ParseFailure:
        return


def _mappings(listed: Any) -> Iterator[Mapping]:
    yield from (item for item in (listed if isinstance(listed, list) else ()) if isinstance(item, Mapping))


def _releases(project: Project) -> Iterator[tuple[Any, Span]]:
    """What GitOps installs: applications and releases, by their own names and by those of their charts."""
    for thing in objects(project, "argoproj.io/Application", "argoproj.io/ApplicationSet"):
        spec = thing.peek("spec", "template", "spec") if thing.type == "ApplicationSet" else thing.peek("spec")
        yield thing.peek("metadata", "name"), thing.span
        for source in (dig(spec, "source"), *_mappings(dig(spec, "sources"))):
            yield dig(source, "chart"), thing.span
    for thing in objects(project, "helm.toolkit.fluxcd.io/HelmRelease"):
        for keys in (("metadata", "name"), ("spec", "chart", "spec", "chart"), ("spec", "chartRef", "name")):
            yield thing.peek(*keys), thing.span


def _terraform(project: Project) -> Iterator[tuple[Any, Span]]:
    for type, names in (
        ("helm_release", ("name", "chart")),
        ("aws_eks_addon", ("addon_name",)),
        ("azurerm_kubernetes_cluster_extension", ("extension_type",)),
    ):
        for block in blocks(project, type):
            yield from ((block.get(name), block.span) for name in names)


def _images(project: Project) -> Iterator[tuple[Any, Span]]:
    for container in cast("Sequence[Container]", project.resources("k8s.container")):
        if isinstance(container.image, Image):
            yield container.image.name, container.span


def runs_a_platform(_: Resource, project: Project, *, kept_elsewhere: bool = False) -> bool:
    """Whether a platform is run from here, unless another repository keeps what a rule asks for."""
    return not kept_elsewhere and foundation(project) is not None


def has_cluster(_: Resource, project: Project, *, kept_elsewhere: bool = False) -> bool:
    """Whether a cluster is defined here, unless another repository keeps what a rule asks for."""
    return not kept_elsewhere and bool(clusters(project))


def kubeadm_argument(thing: Object, name: str) -> object:
    """An extra argument of kubeadm's API server: a mapping up to v1beta3, a list of names and values since."""
    extra = thing.get("apiServer", "extraArgs")
    if isinstance(extra, list):
        return next((dig(entry, "value") for entry in extra if dig(entry, "name") == name), None)
    return dig(extra, name)
