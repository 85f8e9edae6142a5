"""Capabilities beyond what a runtime grants anyway."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container

BASELINE = frozenset(
    (
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    )
)


@rule(
    "k8s.no-added-capabilities",
    P1,
    on="k8s.container",
    when=lambda container: bool(container.added_capabilities),
    category="Security & Compliance",
    remedy="remove the capability, or move what needs it into a small reviewed container",
    aliases=(
        "KSV-0005",
        "CKV_K8S_39",
        "CKV_K8S_25",
        "polaris:dangerousCapabilities",
        "datree:EKS_INVALID_CAPABILITIES_EKS",
        "gatekeeper:pod-security-policy/capabilities",
    ),
    standards=("PSS baseline",),
)
def check(container: Container) -> Iterator[Finding]:
    """A container adds no capability beyond those a runtime grants by default.

    SYS_ADMIN is close to root on the node, NET_ADMIN reconfigures its network, NET_RAW forges packets, SYS_PTRACE
    reads other processes. A container that really needs one is a known gap with an owner.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          securityContext:
            capabilities:
              add:
                - SYS_ADMIN  # <-- close to root on the node
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          securityContext: {capabilities: {drop: [ALL], add: [CHOWN]}}
    ```
    """
    for number, name in enumerate(container.added_capabilities):
        if str(name).removeprefix("CAP_") not in BASELINE:
            place = container.at("securityContext", "capabilities", "add", number)
            yield container.finding(f"adds the capability {name}, which reaches beyond the container", place)
