"""Each controller has its own rights."""

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
    "k8s.controller-manager-own-accounts",
    P2,
    on="k8s.container",
    when=lambda container: program(container) == "kube-controller-manager",
    category="Security & Compliance",
    remedy="set --use-service-account-credentials=true",
    aliases=("CKV_K8S_108",),
)
def check(container: Container) -> Iterator[Finding]:
    """The controller manager uses an account for each controller.

    Without the flag all controllers share one account with the rights of all of them.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: kube-controller-manager, namespace: kube-system}
    spec:
      containers:
        - name: kube-controller-manager
          image: registry.k8s.io/kube-controller-manager:v1.31.0
          command:
            - kube-controller-manager
            - --use-service-account-credentials=false  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: kube-controller-manager, namespace: kube-system}
    spec:
      containers:
        - name: kube-controller-manager
          image: registry.k8s.io/kube-controller-manager:v1.31.0
          command: [kube-controller-manager, "--use-service-account-credentials=true"]
    ```
    """
    value = flag(container, "use-service-account-credentials")
    if value is None or str(value).lower() != "true":
        place = container.at(*flag_at(container, "use-service-account-credentials"))
        yield container.finding("all controllers share one account and its rights", place)
