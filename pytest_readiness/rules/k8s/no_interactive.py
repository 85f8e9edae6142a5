"""Nobody sits at the terminal of a service."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container


@rule(
    "k8s.no-interactive",
    P3,
    on="k8s.container",
    when=lambda container: not container.is_ephemeral,
    category="Kubernetes & Helm",
    remedy="remove stdin and tty",
    aliases=("gatekeeper:general/disallowinteractive",),
)
def check(container: Container) -> Iterator[Finding]:
    """A container keeps no terminal open.

    `stdin` and `tty` are left over from debugging: whoever may attach to the pod types into the main process.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          stdin: true  # <--
          tty: true  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1", tty: false}]
    ```
    """
    for key in ("stdin", "tty"):
        value = container.get(key)
        if value is not None and value is not False:
            yield container.finding(f"{key} is on: whoever may attach types into the main process", container.at(key))
