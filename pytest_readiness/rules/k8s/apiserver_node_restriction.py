"""A node changes itself and nothing else."""

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
    "k8s.apiserver-node-restriction",
    P2,
    on="k8s.container",
    when=lambda container: program(container) == "kube-apiserver",
    category="Security & Compliance",
    remedy="add NodeRestriction to --enable-admission-plugins",
    aliases=("CKV_K8S_85",),
)
def check(container: Container) -> Iterator[Finding]:
    """The API server restricts what a kubelet may change.

    Without the plugin NodeRestriction the credentials of one node change every other node and its pods.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: kube-apiserver, namespace: kube-system}
    spec:
      containers:
        - name: kube-apiserver
          image: registry.k8s.io/kube-apiserver:v1
          command:
            - kube-apiserver
            - --enable-admission-plugins=PodSecurity  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: kube-apiserver, namespace: kube-system}
    spec:
      containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1", command: [kube-apiserver, "--enable-admission-plugins=NodeRestriction"]}]
    ```
    """
    value = flag(container, "enable-admission-plugins")
    if value is None or "NodeRestriction" not in str(value).split(","):
        place = container.at(*flag_at(container, "enable-admission-plugins"))
        yield container.finding("the admission plugin NodeRestriction is not enabled: a node may change others", place)
