"""The node's files stay the node's."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import Pod


@rule(
    "k8s.no-host-path",
    P0,
    on=("k8s.pod", "k8s.object"),
    when=lambda thing: bool(thing.volumes) if isinstance(thing, Pod) else thing.is_a("PersistentVolume"),
    category="Security & Compliance",
    remedy="use a PersistentVolumeClaim, an emptyDir or a CSI volume",
    aliases=("KSV-0023", "polaris:hostPathSet", "datree:CONTAINERS_INCORRECT_KEY_HOSTPATH"),
    standards=("PSS baseline", "NSA/CISA Kubernetes Hardening Guide"),
    effort="2h",
)
def check(thing: Pod | Object) -> Iterator[Finding]:
    """No pod mounts a directory of its node.

    Through a hostPath a pod reads other pods' secrets and the kubelet's credentials or writes what the node runs, and its
    data stays behind when it moves. Node agents (exporters, log shippers, CNI, CSI) usually need one: record them as known.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1"}]
      volumes:
        - name: logs
          hostPath:  # <--
            path: /var/log
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1"}]
      volumes: [{name: logs, emptyDir: {}}]
    ```
    """
    if isinstance(thing, Object):
        if thing.get("spec", "hostPath") is not None:
            yield thing.finding("a volume in a directory of one node: its pods reach the node's files", thing.at("spec", "hostPath"))
        return
    for number, volume in enumerate(thing.volumes):
        if volume.get("hostPath") is not None:
            path = thing.setting("volumes", number, "hostPath", "path")
            place = thing.place("volumes", number, "hostPath")
            yield thing.finding(f"mounts {path} of the node, which opens the node to the pod (node agents usually need it)", place)
