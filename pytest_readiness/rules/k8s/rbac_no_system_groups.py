"""Rights go to somebody, not to every pod."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.rbac import is_builtin
from pytest_readiness.formats.kubernetes.rbac import subjects

EVERY_POD = "system:serviceaccounts"


@rule(
    "k8s.rbac-no-system-groups",
    P1,
    on="k8s.binding",
    when=lambda binding: not is_builtin(binding) and any(name == EVERY_POD for _, _, name in subjects(binding)),
    category="Security & Compliance",
    remedy="bind the role to the people or service accounts that need it",
)
def check(binding: Object, *, roles: tuple[str, ...] = ("system:public-info-viewer",)) -> Iterator[Finding]:
    """No binding is for the group that every pod is in.

    What `system:serviceaccounts` may do, whoever breaks into any pod of the cluster may do as well. The groups of everybody
    who reaches the API server, and of administrators, are a matter of `k8s.rbac-least-privilege`. The option `roles` names
    roles that every pod may have.

    ```yaml bad
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRoleBinding
    metadata: {name: read}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
    subjects:
      - kind: Group
        name: system:serviceaccounts  # <--
    ```
    ```yaml good
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRoleBinding
    metadata: {name: version}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:public-info-viewer"}
    subjects: [{kind: Group, name: "system:serviceaccounts"}]
    ```
    """
    if binding.get("roleRef", "name") in roles:
        return
    for number, _, name in subjects(binding):
        if name == EVERY_POD:
            yield binding.finding(f"{name} is every pod of the cluster", binding.at("subjects", number, "name"))
