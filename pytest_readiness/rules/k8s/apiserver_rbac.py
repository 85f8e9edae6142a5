"""Rights are asked for."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.programs import flag
from pytest_readiness.formats.kubernetes.programs import flag_at
from pytest_readiness.formats.kubernetes.programs import program


@rule(
    "k8s.apiserver-rbac",
    P1,
    on="k8s.container",
    when=lambda container: program(container) == "kube-apiserver",
    category="Security & Compliance",
    remedy="set --authorization-mode=Node,RBAC",
    aliases=("CKV_K8S_77",),
)
def check(container: Container) -> Iterator[Finding]:
    """The API server decides by RBAC.

    Without the flag it allows everything to everybody, and no role in any manifest means anything.

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
            - --authorization-mode=Node  # <--
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
    if modes is None or "RBAC" not in str(modes).split(","):
        says = "is not set, so everything is allowed" if modes is None else f"is {modes}, without RBAC"
        yield container.finding(f"--authorization-mode {says}", container.at(*flag_at(container, "authorization-mode")))
