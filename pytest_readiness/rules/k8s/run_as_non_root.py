"""Processes must not start as root."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container


@rule(
    "k8s.run-as-non-root",
    P0,
    on="k8s.container",
    when=lambda container: not container.pod.is_windows,
    category="Kubernetes & Helm",
    remedy="set runAsNonRoot: true in the pod's securityContext",
    aliases=(
        "KSV-0012",
        "kube-linter:run-as-non-root",
        "polaris:runAsRootAllowed",
        "datree:CONTAINERS_INCORRECT_RUNASNONROOT_VALUE",
    ),
    standards=("PSS restricted",),
)
def check(container: Container, *, accept_user_namespaces: bool = False) -> Iterator[Finding]:
    """A container is forced to run as a user other than root.

    Whoever breaks out of a process that runs as root is root on the node as far as the kernel is concerned. With
    `runAsNonRoot` the kubelet refuses to start an image that would; a uid alone is not refused when somebody removes it.
    A pod in a user namespace of its own (`hostUsers: false`) passes where `accept_user_namespaces` is set.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      securityContext: {runAsNonRoot: true}
      containers:
        - name: web
          image: web:1
          securityContext:
            runAsNonRoot: false  # <-- overrides the pod
        - name: proxy
          image: proxy:1
          securityContext:
            runAsUser: 0  # <-- will not start
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      securityContext: {runAsNonRoot: true}
      initContainers: [{name: migrate, image: web:1}]
      containers: [{name: web, image: web:1}]
    ```
    """
    if accept_user_namespaces and container.pod.setting("hostUsers") is False:
        return
    forced, uid = container.effective("runAsNonRoot"), container.effective("runAsUser")
    if uid is not None and uid == 0:
        yield container.finding("runs as uid 0, which is root", container.effective_at("runAsUser"))
    elif forced is None and uid is not None:
        yield container.finding(
            f"runs as uid {uid} but runAsNonRoot is not set, so nothing forbids root", container.effective_at("runAsUser")
        )
    elif forced is None:
        yield container.finding("runAsNonRoot is not set, so the image decides and may run as root", container.at("securityContext"))
    elif forced is not True:
        yield container.finding(f"runAsNonRoot is {str(forced).lower()}, so it may run as root", container.effective_at("runAsNonRoot"))
