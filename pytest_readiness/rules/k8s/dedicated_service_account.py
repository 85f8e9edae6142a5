"""Rights belong to one workload."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod


@rule(
    "k8s.dedicated-service-account",
    P2,
    on="k8s.pod",
    category="Security & Compliance",
    remedy="create a ServiceAccount for the workload and name it in serviceAccountName",
    aliases=("kube-linter:default-service-account",),
)
def check(pod: Pod) -> Iterator[Finding]:
    """A workload runs under a service account of its own.

    What one workload on the `default` account is granted, every pod of the namespace that names no account has as well.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata:
      name: web  # <-- runs as default
    spec:
      containers: [{name: web, image: "web:1"}]
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      serviceAccountName: web
      containers: [{name: web, image: "web:1"}]
    ```
    """
    key = "serviceAccount" if pod.setting("serviceAccountName") is None else "serviceAccountName"
    account = pod.setting(key)
    if account is None or account == "":
        yield pod.finding("no serviceAccountName: it shares the default account with every other pod of the namespace")
    elif account == "default":
        yield pod.finding("runs as the default account, which every other pod of the namespace shares", pod.place(key))
