"""The container runtime takes orders from nobody inside."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod

SOCKETS = ("/var/run", "/run")
NAMES = ("docker.sock", "containerd.sock", "containerd/containerd.sock", "crio.sock", "crio/crio.sock", "cri-dockerd.sock")
PATHS = frozenset(f"{directory}/{name}" for directory in SOCKETS for name in NAMES)


@rule(
    "k8s.no-docker-socket",
    P0,
    on="k8s.pod",
    when=lambda pod: bool(pod.volumes),
    category="Security & Compliance",
    remedy="build images with a rootless builder and read states through the Kubernetes API",
    aliases=("CKV_K8S_27", "KSV-0006", "kube-linter:docker-sock"),
    effort="1d",
)
def check(pod: Pod) -> Iterator[Finding]:
    """No pod mounts the socket of the container runtime.

    Whoever can talk to it starts a privileged container on the node and is root there, without Kubernetes ever knowing.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: ci}
    spec:
      containers: [{name: ci, image: "ci:1"}]
      volumes:
        - name: docker
          hostPath:
            path: /var/run/docker.sock  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: ci}
    spec:
      containers: [{name: ci, image: "ci:1"}]
      volumes: [{name: work, emptyDir: {}}]
    ```
    """
    for number in range(len(pod.volumes)):
        path = pod.setting("volumes", number, "hostPath", "path")
        if path is not None and str(path).rstrip("/") in PATHS:
            place = pod.place("volumes", number, "hostPath", "path")
            yield pod.finding(f"mounts {path}: whoever gets in starts privileged containers on the node", place)
