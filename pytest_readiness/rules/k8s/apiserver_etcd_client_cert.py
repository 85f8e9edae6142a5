"""etcd knows who asks."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.programs import program
from pytest_readiness.formats.kubernetes.programs import unset


@rule(
    "k8s.apiserver-etcd-client-cert",
    P2,
    on="k8s.container",
    when=lambda container: program(container) == "kube-apiserver",
    category="Security & Compliance",
    remedy="set --etcd-certfile and --etcd-keyfile",
    aliases=("CKV_K8S_99",),
)
def check(container: Container) -> Iterator[Finding]:
    """The API server shows etcd a certificate.

    It is the only lock of etcd; without it every process that reaches etcd is administrator.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: kube-apiserver, namespace: kube-system}
    spec:
      containers:
        - name: kube-apiserver
          image: registry.k8s.io/kube-apiserver:v1
          command: [kube-apiserver]  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: kube-apiserver, namespace: kube-system}
    spec:
      containers:
        - name: kube-apiserver
          image: registry.k8s.io/kube-apiserver:v1
          command: [kube-apiserver, "--etcd-certfile=/etc/kubernetes/pki/etcd-certfile", "--etcd-keyfile=/etc/kubernetes/pki/etcd-keyfile"]
    ```
    """
    if missing := unset(container, "etcd-certfile", "etcd-keyfile"):
        yield container.finding(
            f"{' and '.join(missing)} not set: etcd cannot tell the API server from a stranger", container.at("command")
        )
