"""The API server knows its store."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.programs import program
from pytest_readiness.formats.kubernetes.programs import unset


@rule(
    "k8s.apiserver-etcd-ca",
    P2,
    on="k8s.container",
    when=lambda container: program(container) == "kube-apiserver",
    category="Security & Compliance",
    remedy="set --etcd-cafile",
    aliases=("CKV_K8S_102",),
)
def check(container: Container) -> Iterator[Finding]:
    """The API server checks the certificate of etcd.

    Without an authority to check it by, whoever stands between reads and changes everything.

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
          command: [kube-apiserver, "--etcd-cafile=/etc/kubernetes/pki/etcd-cafile"]
    ```
    """
    if missing := unset(container, "etcd-cafile"):
        yield container.finding(f"{' and '.join(missing)} is not set: etcd is not checked", container.at("command"))
