"""Copies travel encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.programs import program
from pytest_readiness.formats.kubernetes.programs import unset


@rule(
    "k8s.etcd-peer-tls",
    P2,
    on="k8s.container",
    when=lambda container: program(container) == "etcd",
    category="Security & Compliance",
    remedy="set --peer-cert-file and --peer-key-file",
    aliases=("CKV_K8S_119",),
)
def check(container: Container) -> Iterator[Finding]:
    """Etcd talks to its peers with TLS.

    Every secret of the cluster is copied over this connection.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: etcd, namespace: kube-system}
    spec:
      containers:
        - name: etcd
          image: registry.k8s.io/etcd:v1
          command: [etcd]  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: etcd, namespace: kube-system}
    spec:
      containers:
        - name: etcd
          image: registry.k8s.io/etcd:v1
          command: [etcd, "--peer-cert-file=/etc/kubernetes/pki/peer-cert-file", "--peer-key-file=/etc/kubernetes/pki/peer-key-file"]
    ```
    """
    if missing := unset(container, "peer-cert-file", "peer-key-file"):
        yield container.finding(f"{' and '.join(missing)} not set: peers talk in the clear", container.at("command"))
