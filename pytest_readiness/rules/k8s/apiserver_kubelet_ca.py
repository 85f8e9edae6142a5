"""The API server knows its kubelets."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.programs import program
from pytest_readiness.formats.kubernetes.programs import unset


@rule(
    "k8s.apiserver-kubelet-ca",
    P2,
    on="k8s.container",
    when=lambda container: program(container) == "kube-apiserver",
    category="Security & Compliance",
    remedy="set --kubelet-certificate-authority",
    aliases=("CKV_K8S_73",),
)
def check(container: Container) -> Iterator[Finding]:
    """The API server checks the certificates of kubelets.

    Without an authority to check them by, whoever stands between reads logs and takes over `kubectl exec`.

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
          command: [kube-apiserver, "--kubelet-certificate-authority=/etc/kubernetes/pki/kubelet-certificate-authority"]
    ```
    """
    if missing := unset(container, "kubelet-certificate-authority"):
        yield container.finding(f"{' and '.join(missing)} is not set: kubelets are not checked", container.at("command"))
