"""A process cannot gain more than it was started with."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container


@rule(
    "k8s.no-privilege-escalation",
    P1,
    on="k8s.container",
    when=lambda container: not container.pod.is_windows,
    category="Security & Compliance",
    remedy="set allowPrivilegeEscalation: false in the container's securityContext",
    aliases=(
        "CKV_K8S_20",
        "KSV-0001",
        "kube-linter:privilege-escalation-container",
        "polaris:privilegeEscalationAllowed",
        "datree:CONTAINERS_MISSING_KEY_ALLOWPRIVILEGEESCALATION",
        "gatekeeper:pod-security-policy/allow-privilege-escalation",
    ),
    standards=("PSS restricted",),
)
def check(container: Container) -> Iterator[Finding]:
    """A container forbids its processes to gain privileges.

    Unless it says false, a setuid program in the image can make any process root: absent means allowed. Each container
    says it for itself; there is no setting for the pod.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web  # <-- absent means allowed
          image: web:1
        - name: proxy
          image: proxy:1
          securityContext:
            allowPrivilegeEscalation: true  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          securityContext: {allowPrivilegeEscalation: false}
    ```
    """
    value = container.get("securityContext", "allowPrivilegeEscalation")
    if value is not False:
        what = "is not set, which allows it" if value is None else f"is {str(value).lower()}"
        place = container.at("securityContext", "allowPrivilegeEscalation")
        yield container.finding(f"allowPrivilegeEscalation {what}: a setuid program makes it root", place)
