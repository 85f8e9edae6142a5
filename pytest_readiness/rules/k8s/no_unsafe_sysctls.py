"""Kernel settings that reach beyond the pod."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod
from pytest_readiness.formats.kubernetes.objects import items
from pytest_readiness.formats.kubernetes.objects import mappings

SAFE = frozenset(
    (
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
    )
)


@rule(
    "k8s.no-unsafe-sysctls",
    P2,
    on="k8s.pod",
    when=lambda pod: bool(items(pod.setting("securityContext", "sysctls"))),
    category="Security & Compliance",
    remedy="remove the sysctl, or set it on a node pool made for this workload",
    aliases=("KSV-0026", "kube-linter:unsafe-sysctls", "gatekeeper:pod-security-policy/forbidden-sysctls"),
    standards=("PSS baseline",),
)
def check(pod: Pod) -> Iterator[Finding]:
    """A pod sets no kernel parameter outside of the safe ones.

    Unsafe sysctls are not isolated: they change the node for every other pod, and kubelets refuse the pod unless they
    were told to allow it.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      securityContext:
        sysctls:
          - name: kernel.msgmax  # <-- not isolated
            value: "65536"
      containers: [{name: web, image: "web:1"}]
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      securityContext: {sysctls: [{name: net.ipv4.ip_unprivileged_port_start, value: "0"}]}
      containers: [{name: web, image: "web:1"}]
    ```
    """
    for number, sysctl in enumerate(mappings(pod.setting("securityContext", "sysctls"))):
        if str(sysctl.get("name")) not in SAFE:
            place = pod.place("securityContext", "sysctls", number, "name")
            yield pod.finding(f"sets the sysctl {sysctl.get('name')}, which is not isolated from the node", place)
