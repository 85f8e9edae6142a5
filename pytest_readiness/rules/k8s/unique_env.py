"""One variable, one value."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container


@rule(
    "k8s.unique-env",
    P2,
    on="k8s.container",
    when=lambda container: bool(container.env),
    category="Environment configuration",
    remedy="remove the entry that is not meant",
    aliases=("kube-linter:duplicate-env-var",),
)
def check(container: Container) -> Iterator[Finding]:
    """No environment variable is set twice.

    The last entry wins at first, but a patch or a server-side apply merges the list by name and may keep the other one.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          env:
            - {name: PORT, value: "8080"}
            - {name: PORT, value: "9090"}  # <-- again
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1", env: [{name: PORT, value: "8080"}, {name: HOST, value: web}]}]
    ```
    """
    seen: set[str] = set()
    for number, variable in enumerate(container.env):
        name = str(variable.get("name"))
        if name in seen:
            yield container.finding(f"{name} is set twice: which value counts depends on who merges", container.at("env", number))
        seen.add(name)
