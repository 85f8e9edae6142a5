"""Services know whom they talk to."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.cluster import groups
from pytest_readiness.formats.kubernetes.cluster import objects
from pytest_readiness.formats.kubernetes.cluster import runs
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import dig
from pytest_readiness.formats.kubernetes.objects import items

PEERS = "security.istio.io/PeerAuthentication"
INJECTED = ("istio-injection", "istio.io/rev", "istio.io/dataplane-mode")


def is_injected(namespace: Object) -> bool:
    labels = namespace.labels
    return labels.get("istio-injection") == "enabled" or any(labels.get(name) not in (None, "none") for name in INJECTED[1:])


def uses_istio(project: Project) -> bool:
    if any(groups(project, "istio.io")) or runs(project, "istiod", "istio", "base-istio"):
        return True
    return any(map(is_injected, objects(project, "Namespace")))


def cilium(project: Project) -> Iterator[Object]:
    """Cilium policies that say how peers prove who they are."""
    for policy in objects(project, "cilium.io/CiliumNetworkPolicy", "cilium.io/CiliumClusterwideNetworkPolicy"):
        listed = [*items(policy.peek("spec", "ingress")), *items(policy.peek("spec", "egress"))]
        if any(dig(entry, "authentication", "mode") is not None for entry in listed):
            yield policy


def in_use(_: Resource, project: Project, *, kept_elsewhere: bool = False) -> bool:
    """Whether a mesh is used that has to be told: Linkerd encrypts without a word."""
    return not kept_elsewhere and (uses_istio(project) or any(cilium(project)))


@rule(
    "k8s.service-mesh-mtls",
    P2,
    on="k8s.repository",
    when=in_use,
    category="Security & Compliance",
    remedy="add a PeerAuthentication with mtls.mode STRICT to the mesh's root namespace",
    effort="2h",
)
def check(repository: Resource, project: Project, *, root: str = "istio-system") -> Iterator[Finding]:
    """Traffic between services is mutually authenticated wherever a mesh is in use.

    Istio accepts plain text beside mTLS until it is told otherwise, so a pod outside of the mesh reaches everything
    inside. `PERMISSIVE` and `DISABLE` leave that door open. Judged where the project uses Istio or the mutual
    authentication of Cilium; where another repository holds the policy, set the option `kept_elsewhere`.

    ```yaml bad
    apiVersion: security.istio.io/v1
    kind: PeerAuthentication
    metadata: {name: default, namespace: istio-system}
    spec:
      mtls:
        mode: PERMISSIVE  # <--
    ```
    ```yaml bad
    apiVersion: v1
    kind: Namespace
    metadata:
      name: shop  # <-- nothing asks for mTLS
      labels: {istio-injection: enabled}
    ```
    ```yaml good
    apiVersion: security.istio.io/v1
    kind: PeerAuthentication
    metadata: {name: default, namespace: istio-system}
    spec: {mtls: {mode: STRICT}}
    ---
    apiVersion: v1
    kind: Namespace
    metadata: {name: shop, labels: {istio-injection: enabled}}
    ```
    """
    strict: set[object] = set()
    for peers in objects(project, PEERS):
        mode = peers.get("spec", "mtls", "mode")
        if mode in ("PERMISSIVE", "DISABLE"):
            yield repository.finding(f"mtls.mode {mode}: plain text is accepted", peers.at("spec", "mtls", "mode"))
        elif mode == "STRICT" and peers.get("spec", "selector") is None:
            strict.add(peers.get("metadata", "namespace"))
    for policy in cilium(project):
        for direction in ("ingress", "egress"):
            for number, entry in enumerate(items(policy.get("spec", direction))):
                mode = dig(entry, "authentication", "mode")
                if mode is not None and mode != "required":
                    place = policy.at("spec", direction, number, "authentication", "mode")
                    yield repository.finding(f"authentication.mode {mode}: nobody has to say who it is", place)
    if not uses_istio(project) or strict & {root, None}:
        return
    inside = [namespace for namespace in objects(project, "Namespace") if is_injected(namespace)]
    for namespace in inside:
        if namespace.object_name not in strict:
            yield repository.finding(
                f"no PeerAuthentication makes mTLS STRICT in {namespace.object_name}: plain text is accepted", namespace.span
            )
    if not inside and not strict and not any(objects(project, PEERS)):
        first = min((thing.span for thing in groups(project, "istio.io")), default=None)
        yield repository.finding("no PeerAuthentication makes mTLS STRICT: plain text is accepted", first)
