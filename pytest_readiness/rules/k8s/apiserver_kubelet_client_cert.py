"""Kubelets know who gives the orders."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.programs import program
from pytest_readiness.formats.kubernetes.programs import unset


@rule(
    "k8s.apiserver-kubelet-client-cert",
    P2,
    on="k8s.container",
    when=lambda container: program(container) == "kube-apiserver",
    category="Security & Compliance",
    remedy="set --kubelet-client-certificate and --kubelet-client-key",
    aliases=("CKV_K8S_72",),
)
def check(container: Container) -> Iterator[Finding]:
    """The API server shows kubelets a certificate.

    Without one kubelets must take orders from anybody, or from nobody.

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
          command: [kube-apiserver, "--kubelet-client-certificate=/etc/kubernetes/pki/kubelet-client-certificate", "--kubelet-client-key=/etc/kubernetes/pki/kubelet-client-key"]
    ```
    """
    if missing := unset(container, "kubelet-client-certificate", "kubelet-client-key"):
        yield container.finding(
            f"{' and '.join(missing)} not set: kubelets cannot tell the API server from a stranger", container.at("command")
        )
