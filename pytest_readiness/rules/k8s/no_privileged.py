"""A container that is not one in anything but name."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container


@rule(
    "k8s.no-privileged",
    P0,
    on="k8s.container",
    category="Security & Compliance",
    remedy="remove privileged and add the one capability or device it needs",
    aliases=(
        "CKV_K8S_16",
        "KSV-0017",
        "kube-linter:privileged-container",
        "polaris:runAsPrivileged",
        "gatekeeper:pod-security-policy/privileged-containers",
    ),
    standards=("PSS baseline", "NSA/CISA Kubernetes Hardening Guide"),
)
def check(container: Container) -> Iterator[Finding]:
    """A container is not privileged.

    A privileged container has every capability and every device of its node: whoever gets in owns the node, and through
    its credentials often the cluster. Init and debug containers count as well.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      initContainers:
        - name: sysctl
          image: busybox:1.37
          securityContext:
            privileged: true  # <-- owns the node
      containers: [{name: web, image: web:1}]
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: web:1}]
    ```
    """
    value = container.get("securityContext", "privileged")
    if value is not None and value is not False:
        place = container.at("securityContext", "privileged")
        yield container.finding(f"privileged is {str(value).lower()}: whoever gets in owns the node", place)
