"""SELinux labels that step out of the container type."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container

TYPES = ("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")


@rule(
    "k8s.no-custom-selinux",
    P2,
    on="k8s.container",
    when=lambda container: container.effective("seLinuxOptions") is not None,
    category="Security & Compliance",
    remedy="remove user and role from seLinuxOptions and use a container type",
    aliases=(
        "KSV-0025",
        "datree:EKS_INVALID_SELINUXOPTIONS_TYPE_VALUE",
        "gatekeeper:pod-security-policy/selinux",
    ),
    standards=("PSS baseline",),
)
def check(container: Container) -> Iterator[Finding]:
    """A container keeps an SELinux type made for containers.

    Another user, role or type (`spc_t` above all) takes the process out of the confinement that separates containers
    from the node and from each other.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          securityContext:
            seLinuxOptions:
              type: spc_t  # <-- unconfined
              user: system_u  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      securityContext: {seLinuxOptions: {type: container_t, level: "s0:c1,c2"}}
      containers: [{name: web, image: web:1}]
    ```
    """
    own = container.get("securityContext", "seLinuxOptions")
    for key in ("type", "user", "role"):
        keys = ("securityContext", "seLinuxOptions", key)
        value = container.pod.setting(*keys) if own is None else container.get(*keys)
        if value is not None and value not in (TYPES if key == "type" else ("",)):
            place = container.pod.place(*keys) if own is None else container.at(*keys)
            yield container.finding(f"the SELinux {key} is {value}, which leaves the confinement of containers", place)
