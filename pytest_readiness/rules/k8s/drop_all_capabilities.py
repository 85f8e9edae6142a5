"""No kernel privileges that nobody asked for."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container


@rule(
    "k8s.drop-all-capabilities",
    P1,
    on="k8s.container",
    when=lambda container: not container.pod.is_windows,
    category="Security & Compliance",
    remedy="set capabilities: {drop: [ALL]} in the container's securityContext",
    aliases=("KSV-0003", "CKV_K8S_37"),
    standards=("PSS restricted",),
)
def check(container: Container) -> Iterator[Finding]:
    """A container drops all capabilities and adds none but NET_BIND_SERVICE.

    Runtimes grant some fourteen capabilities by default, among them those to forge packets and to change owners of files.
    Capabilities are a matter of each container: nothing in the pod's securityContext sets them. The Pod Security
    Standards compare the word `ALL` exactly.

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
              drop: [all]  # <-- lower case is refused at admission
        - name: proxy  # <-- drops none
          image: proxy:1
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          securityContext:
            capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}
    ```
    """
    dropped = container.dropped_capabilities
    if "ALL" not in dropped:
        kept = f"drops only {', '.join(map(str, dropped))}" if dropped else "drops no capabilities"
        yield container.finding(f"{kept} instead of ALL", container.at("securityContext", "capabilities", "drop"))
    added = [name for name in container.added_capabilities if str(name).removeprefix("CAP_") != "NET_BIND_SERVICE"]
    if added:
        place = container.at("securityContext", "capabilities", "add")
        yield container.finding(f"adds {', '.join(map(str, added))} beyond NET_BIND_SERVICE", place)
