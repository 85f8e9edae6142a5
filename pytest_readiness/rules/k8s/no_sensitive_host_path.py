"""The node keeps its keys."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod

SENSITIVE = (
    *("/", "/boot", "/dev", "/etc", "/lib", "/proc", "/root", "/sys", "/usr"),
    *("/var/lib/kubelet", "/var/lib/docker", "/var/lib/containerd", "/var/lib/etcd"),
)


def is_sensitive(path: str) -> bool:
    """Whether a directory is, holds or lies in one that holds what the node is run with."""
    clean = posixpath.normpath(path)
    return clean in SENSITIVE or clean.startswith(("/etc/kubernetes", "/var/lib/kubelet/pki", "/root/"))


@rule(
    "k8s.no-sensitive-host-path",
    P1,
    on="k8s.pod",
    when=lambda pod: any(volume.get("hostPath") is not None for volume in pod.volumes),
    category="Security & Compliance",
    remedy="mount the one file or directory that is needed, read-only, or use a CSI volume",
    aliases=("kube-linter:sensitive-host-mounts",),
)
def check(pod: Pod) -> Iterator[Finding]:
    """No pod mounts what its node is run with.

    The root of the node, `/etc` or the kubelet's directory: reading is enough for the keys of every pod on the node. What
    `k8s.no-host-path` says of any directory, and a reason not to waive it here; sockets are `k8s.no-docker-socket`.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: agent}
    spec:
      containers: [{name: agent, image: "agent:1"}]
      volumes:
        - name: host
          hostPath: {path: /etc}  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: agent}
    spec:
      containers: [{name: agent, image: "agent:1"}]
      volumes: [{name: logs, hostPath: {path: /var/log/pods}}]
    ```
    """
    for number, volume in enumerate(pod.volumes):
        path = pod.setting("volumes", number, "hostPath", "path") if volume.get("hostPath") is not None else None
        if path is not None and is_sensitive(str(path)):
            yield pod.finding(f"mounts {path} of the node, which holds its keys", pod.place("volumes", number, "hostPath"))
