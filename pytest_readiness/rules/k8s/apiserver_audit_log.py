"""What the API server did is written down."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.programs import program
from pytest_readiness.formats.kubernetes.programs import unset


@rule(
    "k8s.apiserver-audit-log",
    P2,
    on="k8s.container",
    when=lambda container: program(container) == "kube-apiserver",
    category="Security & Compliance",
    remedy="set --audit-log-path",
    aliases=("CKV_K8S_91",),
)
def check(container: Container) -> Iterator[Finding]:
    """The API server writes an audit log.

    Without it nobody can say after an incident who read or changed what.

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
          command: [kube-apiserver, "--audit-log-path=/etc/kubernetes/pki/audit-log-path"]
    ```
    """
    if missing := unset(container, "audit-log-path"):
        yield container.finding(f"{' and '.join(missing)} is not set: no audit log is written", container.at("command"))
