"""The cluster's own namespaces are not for applications."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod
from pytest_readiness.formats.kubernetes.scopes import SYSTEM_NAMESPACES


@rule(
    "k8s.no-system-namespace",
    P2,
    on="k8s.pod",
    when=lambda pod: pod.owner.namespace is not None,
    category="Kubernetes & Helm",
    remedy="move the workload to a namespace of its own",
    aliases=("KSV-0037",),
)
def check(pod: Pod) -> Iterator[Finding]:
    """No workload lives in a namespace of the cluster itself.

    Policies and quotas usually leave `kube-system` out, and everybody who may create pods there can read the tokens of
    the control plane's controllers. What the cluster's operator puts there is a known gap with an owner.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata:
      name: web
      namespace: kube-system  # <--
    spec:
      containers: [{name: web, image: "web:1"}]
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web, namespace: shop}
    spec:
      containers: [{name: web, image: "web:1"}]
    ```
    """
    namespace = pod.owner.namespace
    if namespace in SYSTEM_NAMESPACES:
        place = pod.owner.at("metadata", "namespace")
        yield pod.finding(f"runs in {namespace}, which policies leave out and which holds the cluster's own credentials", place)
