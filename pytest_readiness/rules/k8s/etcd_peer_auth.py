"""Only members join."""

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
    "k8s.etcd-peer-auth",
    P2,
    on="k8s.container",
    when=lambda container: program(container) == "etcd",
    category="Security & Compliance",
    remedy="set --peer-client-cert-auth=true and --peer-trusted-ca-file",
    aliases=("CKV_K8S_121",),
)
def check(container: Container) -> Iterator[Finding]:
    """Etcd asks its peers for certificates.

    A stranger that joins as a peer gets a copy of everything, every secret included.

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
            - --peer-client-cert-auth=false  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: etcd, namespace: kube-system}
    spec:
      containers: [{name: etcd, image: "registry.k8s.io/etcd:v1", command: [etcd, "--peer-client-cert-auth=true"]}]
    ```
    """
    value = flag(container, "peer-client-cert-auth")
    if value is None or str(value).lower() != "true":
        yield container.finding("etcd lets peers in without a certificate", container.at(*flag_at(container, "peer-client-cert-auth")))
