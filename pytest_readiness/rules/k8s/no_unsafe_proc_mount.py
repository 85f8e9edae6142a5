"""The kernel's own files stay hidden."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container


@rule(
    "k8s.no-unsafe-proc-mount",
    P1,
    on="k8s.container",
    when=lambda container: container.get("securityContext", "procMount") is not None,
    category="Security & Compliance",
    remedy="remove procMount so that the default masks apply",
    aliases=("KSV-0027", "kube-linter:unsafe-proc-mount", "polaris:procMount", "gatekeeper:pod-security-policy/proc-mount"),
    standards=("PSS baseline",),
)
def check(container: Container) -> Iterator[Finding]:
    """A container keeps the runtime's masks over /proc.

    `procMount: Unmasked` shows the process parts of /proc that the runtime hides because they change or reveal the
    node's kernel.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          securityContext:
            procMount: Unmasked  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: web:1, securityContext: {procMount: Default}}]
    ```
    """
    value = container.get("securityContext", "procMount")
    if value is not None and value != "Default":
        yield container.finding(f"procMount is {value}: the kernel's files in /proc are open", container.at("securityContext", "procMount"))
