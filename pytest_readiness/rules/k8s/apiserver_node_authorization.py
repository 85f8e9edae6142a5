"""A kubelet reads what its own pods need."""

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
    "k8s.apiserver-node-authorization",
    P2,
    on="k8s.container",
    when=lambda container: program(container) == "kube-apiserver",
    category="Security & Compliance",
    remedy="set --authorization-mode=Node,RBAC",
    aliases=("CKV_K8S_75",),
)
def check(container: Container) -> Iterator[Finding]:
    """The API server limits kubelets to their own pods.

    The mode `Node` lets a kubelet read the secrets and volumes of pods on its own node only. Without it one stolen kubelet
    credential reads those of the whole cluster, or needs a role that says so.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: kube-apiserver, namespace: kube-system}
    spec:
      containers:
        - name: kube-apiserver
          image: registry.k8s.io/kube-apiserver:v1.31.0
          command:
            - kube-apiserver
            - --authorization-mode=RBAC  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: kube-apiserver, namespace: kube-system}
    spec:
      containers:
        - name: kube-apiserver
          image: registry.k8s.io/kube-apiserver:v1.31.0
          command: [kube-apiserver, "--authorization-mode=Node,RBAC"]
    ```
    """
    modes = flag(container, "authorization-mode")
    if modes is None or "Node" not in str(modes).split(","):
        says = "is not set, so every kubelet may read everything" if modes is None else f"is {modes}, without Node"
        yield container.finding(f"--authorization-mode {says}", container.at(*flag_at(container, "authorization-mode")))
