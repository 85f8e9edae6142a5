"""Audit logs are kept until somebody asks."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.programs import flag
from pytest_readiness.formats.kubernetes.programs import flag_at
from pytest_readiness.formats.kubernetes.programs import program

LEAST = {"audit-log-maxage": 30, "audit-log-maxbackup": 10, "audit-log-maxsize": 100}


@rule(
    "k8s.apiserver-audit-retention",
    P2,
    on="k8s.container",
    when=lambda container: program(container) == "kube-apiserver" and any(flag(container, name) is not None for name in LEAST),
    category="Security & Compliance",
    remedy="set --audit-log-maxage=30, --audit-log-maxbackup=10 and --audit-log-maxsize=100, or more",
    aliases=("CKV_K8S_92",),
)
def check(container: Container) -> Iterator[Finding]:
    """The API server keeps its audit log for a month.

    An intruder is found after weeks; logs that were thrown away by then cannot be asked. Judged where the server is told how
    long, how many and how large: thirty days, ten files and a hundred megabytes are the least.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: kube-apiserver, namespace: kube-system}
    spec:
      containers:
        - name: kube-apiserver
          image: registry.k8s.io/kube-apiserver:v1.31.0
          command:
            - kube-apiserver
            - --audit-log-maxage=7  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: kube-apiserver, namespace: kube-system}
    spec:
      containers:
        - name: kube-apiserver
          image: registry.k8s.io/kube-apiserver:v1.31.0
          command: [kube-apiserver, "--audit-log-maxage=90"]
    ```
    """
    for name, least in LEAST.items():
        value = flag(container, name)
        if value is not None and str(value).isdigit() and 0 < int(value) < least:
            yield container.finding(f"--{name}={value} is below {least}", container.at(*flag_at(container, name)))
