"""Who may start anything as anybody."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.rbac import grants
from pytest_readiness.formats.kubernetes.rbac import is_builtin
from pytest_readiness.formats.kubernetes.rbac import rules


@rule(
    "k8s.rbac-no-pod-creation",
    P3,
    on="k8s.role",
    when=lambda role: not is_builtin(role),
    category="Security & Compliance",
    remedy="let a controller create pods, and grant the object it reads instead",
    aliases=("datree:CIS_INVALID_VALUE_CREATE_POD",),
)
def check(role: Object) -> Iterator[Finding]:
    """A role does not create pods directly.

    A pod runs under any service account of its namespace and mounts any of its secrets, so the right to create one is
    the right to all of them.

    ```yaml bad
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata: {name: runner, namespace: ci}
    rules:
      - apiGroups: [""]
        resources: [pods]
        verbs: [get, create]  # <--
    ```
    ```yaml good
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata: {name: runner, namespace: ci}
    rules: [{apiGroups: [""], resources: [pods], verbs: [get, delete]}]
    ```
    """
    for number, entry in rules(role):
        if grants(entry, ("pods",), ("create",)):
            yield role.finding("allows to create pods, which run as any account of the namespace", role.at("rules", number, "verbs"))
