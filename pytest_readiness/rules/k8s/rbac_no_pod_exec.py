"""Who may run commands in other people's containers."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.rbac import grants
from pytest_readiness.formats.kubernetes.rbac import is_builtin
from pytest_readiness.formats.kubernetes.rbac import rules

RESOURCES = ("pods/exec", "pods/attach")


@rule(
    "k8s.rbac-no-pod-exec",
    P2,
    on="k8s.role",
    when=lambda role: not is_builtin(role),
    category="Security & Compliance",
    remedy="remove pods/exec and pods/attach, and give them to people for the time of an incident",
    aliases=("polaris:clusterrolePodExecAttach", "polaris:rolePodExecAttach"),
)
def check(role: Object) -> Iterator[Finding]:
    """A role does not allow to run commands in pods.

    With `pods/exec` or `pods/attach` its holder acts with the identity, the secrets and the network of every workload in
    reach; `get` is enough, because the connection starts with a GET.

    ```yaml bad
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata: {name: support, namespace: shop}
    rules:
      - apiGroups: [""]
        resources: [pods, pods/exec]  # <--
        verbs: [get, create]
    ```
    ```yaml good
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata: {name: support, namespace: shop}
    rules: [{apiGroups: [""], resources: [pods, pods/log], verbs: [get]}]
    ```
    """
    for number, entry in rules(role):
        if grants(entry, RESOURCES, ("get", "create")):
            place = role.at("rules", number, "resources")
            yield role.finding("allows to run commands in pods, with the identity and secrets of each", place)
