"""Containers do not look into each other."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod

KEY = "shareProcessNamespace"


@rule(
    "k8s.no-shared-process-namespace",
    P2,
    on="k8s.pod",
    when=lambda pod: pod.setting(KEY) is not None,
    category="Security & Compliance",
    remedy="remove shareProcessNamespace",
)
def check(pod: Pod) -> Iterator[Finding]:
    """The containers of a pod do not share their processes.

    With `shareProcessNamespace` each sees the environment variables and, through `/proc`, the files of the others, secrets
    included, and may end their processes.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      shareProcessNamespace: true  # <--
      containers: [{name: web, image: "web:1"}, {name: helper, image: "helper:1"}]
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      shareProcessNamespace: false
      containers: [{name: web, image: "web:1"}]
    ```
    """
    if pod.setting(KEY) is True or pod.setting(KEY) == "true":
        yield pod.finding("its containers see each other's processes, variables and files", pod.place(KEY))
