"""The kubelet knows who gives orders."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.programs import program
from pytest_readiness.formats.kubernetes.programs import unset


@rule(
    "k8s.kubelet-client-ca",
    P2,
    on="k8s.container",
    when=lambda container: program(container) == "kubelet",
    category="Security & Compliance",
    remedy="set --client-ca-file",
    aliases=("CKV_K8S_140",),
)
def check(container: Container) -> Iterator[Finding]:
    """A kubelet checks the certificates of its clients.

    Without an authority to check them by, it cannot tell the API server from anybody on the network.

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
          command: [kubelet, "--client-ca-file=/etc/kubernetes/pki/client-ca-file"]
    ```
    """
    if missing := unset(container, "client-ca-file"):
        yield container.finding(f"{' and '.join(missing)} is not set: clients are not checked", container.at("command"))
