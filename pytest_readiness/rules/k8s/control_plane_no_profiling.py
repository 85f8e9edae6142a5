"""No profiles for strangers."""

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
    "k8s.control-plane-no-profiling",
    P2,
    on="k8s.container",
    when=lambda container: program(container) in ("kube-apiserver", "kube-controller-manager", "kube-scheduler"),
    category="Security & Compliance",
    remedy="set --profiling=false",
    aliases=(
        "CKV_K8S_90",
        "CKV_K8S_107",
        "CKV_K8S_114",
    ),
)
def check(container: Container) -> Iterator[Finding]:
    """Components of the control plane serve no profiles.

    Profiles tell about memory and calls of the process and cost it time whenever somebody asks; they are on until they
    are switched off.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: kube-scheduler, namespace: kube-system}
    spec:
      containers:
        - name: kube-scheduler
          image: registry.k8s.io/kube-scheduler:v1
          command:
            - kube-scheduler
            - --profiling=true  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: kube-scheduler, namespace: kube-system}
    spec:
      containers: [{name: kube-scheduler, image: "registry.k8s.io/kube-scheduler:v1", command: [kube-scheduler, "--profiling=false"]}]
    ```
    """
    value = flag(container, "profiling")
    if value is None or str(value).lower() != "false":
        yield container.finding("profiles are served: set --profiling=false", container.at(*flag_at(container, "profiling")))
