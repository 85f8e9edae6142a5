"""Who reaches etcd has the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.programs import flag
from pytest_readiness.formats.kubernetes.programs import flag_at
from pytest_readiness.formats.kubernetes.programs import program


@rule(
    "k8s.etcd-client-auth",
    P2,
    on="k8s.container",
    when=lambda container: program(container) == "etcd",
    category="Security & Compliance",
    remedy="set --client-cert-auth=true and --trusted-ca-file",
    aliases=("CKV_K8S_117",),
)
def check(container: Container) -> Iterator[Finding]:
    """Etcd asks its clients for certificates.

    It holds every secret of the cluster and has no other lock than this one.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: etcd, namespace: kube-system}
    spec:
      containers:
        - name: etcd
          image: registry.k8s.io/etcd:v1
          command:
            - etcd
            - --client-cert-auth=false  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: etcd, namespace: kube-system}
    spec:
      containers: [{name: etcd, image: "registry.k8s.io/etcd:v1", command: [etcd, "--client-cert-auth=true"]}]
    ```
    """
    value = flag(container, "client-cert-auth")
    if value is None or str(value).lower() != "true":
        yield container.finding("etcd answers clients without a certificate", container.at(*flag_at(container, "client-cert-auth")))
