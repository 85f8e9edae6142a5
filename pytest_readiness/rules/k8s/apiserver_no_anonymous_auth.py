"""The API asks who it is."""

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
    "k8s.apiserver-no-anonymous-auth",
    P2,
    on="k8s.container",
    when=lambda container: program(container) == "kube-apiserver",
    category="Security & Compliance",
    remedy="set --anonymous-auth=false",
    aliases=("CKV_K8S_68",),
)
def check(container: Container) -> Iterator[Finding]:
    """The API server does not answer anonymous requests.

    They are allowed by default, and one careless binding to `system:unauthenticated` then opens the cluster to everybody
    who reaches its address.

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
            - --anonymous-auth=true  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: kube-apiserver, namespace: kube-system}
    spec:
      containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1", command: [kube-apiserver, "--anonymous-auth=false"]}]
    ```
    """
    value = flag(container, "anonymous-auth")
    if value is None or str(value).lower() != "false":
        yield container.finding("anonymous requests are answered", container.at(*flag_at(container, "anonymous-auth")))
