"""Windows containers that are processes of the node."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container

KEYS = ("securityContext", "windowsOptions", "hostProcess")


@rule(
    "k8s.no-host-process",
    P0,
    on="k8s.container",
    when=lambda container: container.pod.is_windows or container.get(*KEYS) is not None or container.pod.setting(*KEYS) is not None,
    category="Security & Compliance",
    remedy="remove windowsOptions.hostProcess",
    aliases=("polaris:hostProcess", "gatekeeper:pod-security-policy/host-process", "datree:EKS_INVALID_HOSTPROCESS_VALUE"),
    standards=("PSS baseline",),
)
def check(container: Container) -> Iterator[Finding]:
    """A container is no host process of a Windows node.

    A HostProcess container runs on the node itself with the rights of its user there: for Windows what `privileged` is
    for Linux.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: agent}
    spec:
      securityContext:
        windowsOptions:
          hostProcess: true  # <-- runs on the node itself
      hostNetwork: true
      containers: [{name: agent, image: agent:1}]
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: agent}
    spec:
      os: {name: windows}
      containers: [{name: agent, image: agent:1}]
    ```
    """
    own = container.get(*KEYS)
    value = container.pod.setting(*KEYS) if own is None else own
    if value is not None and value is not False:
        place = container.pod.place(*KEYS) if own is None else container.at(*KEYS)
        yield container.finding("hostProcess is on: it runs on the node itself, not in a container", place)
