"""The API shows a certificate of its own."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.programs import program
from pytest_readiness.formats.kubernetes.programs import unset


@rule(
    "k8s.apiserver-tls",
    P2,
    on="k8s.container",
    when=lambda container: program(container) == "kube-apiserver",
    category="Security & Compliance",
    remedy="set --tls-cert-file and --tls-private-key-file",
    aliases=("CKV_K8S_100",),
)
def check(container: Container) -> Iterator[Finding]:
    """The API server serves with a certificate of its own.

    Without the two files it makes one that no client can check.

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
          command: [kube-apiserver, "--tls-cert-file=/etc/kubernetes/pki/tls-cert-file", "--tls-private-key-file=/etc/kubernetes/pki/tls-private-key-file"]
    ```
    """
    if missing := unset(container, "tls-cert-file", "tls-private-key-file"):
        yield container.finding(f"{' and '.join(missing)} not set: clients cannot check whom they talk to", container.at("command"))
