"""What must see the node need not change it."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.objects import mappings


def host_paths(container: Container) -> list[object]:
    """The names of the pod's volumes that are directories of the node."""
    return [volume.get("name") for volume in container.pod.volumes if volume.get("hostPath") is not None]


def mounts_host(container: Container) -> bool:
    listed = mappings(container.get("volumeMounts"))
    return bool(listed) and any(mount.get("name") in host_paths(container) for mount in listed)


@rule(
    "k8s.host-path-read-only",
    P2,
    on="k8s.container",
    when=mounts_host,
    category="Security & Compliance",
    remedy="set readOnly: true on the mount",
    aliases=("kube-linter:writable-host-mount", "datree:EKS_INVALID_HOSTPATH_MOUNT_READONLY_VALUE"),
)
def check(container: Container) -> Iterator[Finding]:
    """A directory of the node is mounted read-only.

    Exporters and log shippers have a reason to read the node. Writing to it is how a pod becomes the node: a cron file, a
    manifest for the kubelet, a key for root.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: shipper}
    spec:
      containers:
        - name: shipper
          image: shipper:1
          volumeMounts:
            - name: logs  # <--
              mountPath: /var/log
      volumes: [{name: logs, hostPath: {path: /var/log}}]
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: shipper}
    spec:
      containers: [{name: shipper, image: "shipper:1", volumeMounts: [{name: logs, mountPath: /var/log, readOnly: true}]}]
      volumes: [{name: logs, hostPath: {path: /var/log}}]
    ```
    """
    names = host_paths(container)
    for number, mount in enumerate(mappings(container.get("volumeMounts"))):
        if mount.get("name") in names and mount.get("readOnly") is not True:
            place = container.at("volumeMounts", number, "name")
            yield container.finding(f"may write to {mount.get('mountPath')}, a directory of the node", place)
