"""The node shows a certificate."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.programs import program
from pytest_readiness.formats.kubernetes.programs import unset


@rule(
    "k8s.kubelet-tls",
    P2,
    on="k8s.container",
    when=lambda container: program(container) == "kubelet",
    category="Security & Compliance",
    remedy="set --tls-cert-file and --tls-private-key-file",
    aliases=("CKV_K8S_148",),
)
def check(container: Container) -> Iterator[Finding]:
    """A kubelet serves with a certificate of its own.

    Without the two files it makes one that nobody can check.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: kubelet, namespace: kube-system}
    spec:
      containers:
        - name: kubelet
          image: registry.k8s.io/kubelet:v1
          command: [kubelet]  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: kubelet, namespace: kube-system}
    spec:
      containers:
        - name: kubelet
          image: registry.k8s.io/kubelet:v1
          command: [kubelet, "--tls-cert-file=/etc/kubernetes/pki/tls-cert-file", "--tls-private-key-file=/etc/kubernetes/pki/tls-private-key-file"]
    ```
    """
    if missing := unset(container, "tls-cert-file", "tls-private-key-file"):
        yield container.finding(f"{' and '.join(missing)} not set: nobody can check whom they talk to", container.at("command"))
