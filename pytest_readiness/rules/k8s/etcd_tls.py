"""Secrets travel encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.programs import program
from pytest_readiness.formats.kubernetes.programs import unset


@rule(
    "k8s.etcd-tls",
    P2,
    on="k8s.container",
    when=lambda container: program(container) == "etcd",
    category="Security & Compliance",
    remedy="set --cert-file and --key-file",
    aliases=("CKV_K8S_116",),
)
def check(container: Container) -> Iterator[Finding]:
    """Etcd serves its clients with TLS.

    Every secret of the cluster goes over this connection.

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
          command: [etcd, "--cert-file=/etc/kubernetes/pki/cert-file", "--key-file=/etc/kubernetes/pki/key-file"]
    ```
    """
    if missing := unset(container, "cert-file", "key-file"):
        yield container.finding(f"{' and '.join(missing)} not set: clients are served in the clear", container.at("command"))
