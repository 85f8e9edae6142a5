"""A pod sees its own network, processes and memory."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod
from pytest_readiness.formats.kubernetes.objects import mappings

MEANING = {
    "hostNetwork": "listens and eavesdrops on the node's network",
    "hostPID": "sees and can signal every process of the node",
    "hostIPC": "reads the shared memory of the node's processes",
}


@rule(
    "k8s.no-host-namespaces",
    P1,
    on="k8s.pod",
    category="Security & Compliance",
    remedy="remove hostNetwork, hostPID, hostIPC and hostPort",
    aliases=(
        "CKV_K8S_17",
        "CKV_K8S_18",
        "CKV_K8S_19",
        "CKV_K8S_26",
        "KSV-0008",
        "KSV-0009",
        "KSV-0010",
        "KSV-0024",
        "kube-linter:host-ipc",
        "kube-linter:host-network",
        "kube-linter:host-pid",
        "polaris:hostIPCSet",
        "polaris:hostNetworkSet",
        "polaris:hostPIDSet",
        "polaris:hostPortSet",
        "datree:CONTAINERS_INCORRECT_KEY_HOSTPORT",
        "gatekeeper:pod-security-policy/host-namespaces",
    ),
    standards=("PSS baseline", "NSA/CISA Kubernetes Hardening Guide"),
)
def check(pod: Pod) -> Iterator[Finding]:
    """A pod shares no namespace and no port with its node.

    In the node's network no NetworkPolicy applies to it; among the node's processes it sees and signals them all; a host
    port ties it to nodes where the port is free. Node agents usually need one of them: record them as known.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      hostPID: true  # <--
      containers:
        - name: web
          image: web:1
          ports:
            - containerPort: 8080
              hostPort: 80  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      hostNetwork: false
      containers: [{name: web, image: "web:1", ports: [{containerPort: 8080, hostPort: 0}]}]
    ```
    """
    for key, meaning in MEANING.items():
        value = pod.setting(key)
        if value is not None and value is not False:
            yield pod.finding(f"{key} is on: the pod {meaning}", pod.place(key))
    if pod.setting("hostNetwork") is True:
        return  # every port is the node's then
    for section, index, container in pod.containers:
        for number, port in enumerate(mappings(container.get("ports"))):
            if port.get("hostPort"):
                place = pod.place(section, index, "ports", number, "hostPort")
                yield pod.finding(f"takes port {port['hostPort']} of its node, past every Service and NetworkPolicy", place)
