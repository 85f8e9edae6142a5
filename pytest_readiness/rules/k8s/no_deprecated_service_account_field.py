"""The name of a field that went out of use."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod


@rule(
    "k8s.no-deprecated-service-account-field",
    P3,
    on="k8s.pod",
    when=lambda pod: pod.setting("serviceAccount") is not None,
    category="Kubernetes & Helm",
    remedy="rename serviceAccount to serviceAccountName",
    aliases=("kube-linter:deprecated-service-account-field",),
)
def check(pod: Pod) -> Iterator[Finding]:
    """A pod names its service account in serviceAccountName.

    `serviceAccount` is a deprecated alias: tools that read only the real field see the default account, and two values
    that differ are merged in favour of one of them.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      serviceAccount: web  # <--
      containers: [{name: web, image: "web:1"}]
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      serviceAccount: web
      serviceAccountName: web
      containers: [{name: web, image: "web:1"}]
    ```
    """
    old, new = pod.setting("serviceAccount"), pod.setting("serviceAccountName")
    if new is None:
        yield pod.finding("serviceAccount is the deprecated name of serviceAccountName", pod.place("serviceAccount"))
    elif old != new:
        yield pod.finding(f"serviceAccount says {old} and serviceAccountName {new}: one of them is not used", pod.place("serviceAccount"))
