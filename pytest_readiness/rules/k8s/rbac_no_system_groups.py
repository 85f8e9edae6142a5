"""Rights go to somebody, not to everybody."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.rbac import is_builtin
from pytest_readiness.formats.kubernetes.rbac import subjects

EVERYBODY = {
    "system:anonymous": "whoever reaches the API server, without any login",
    "system:unauthenticated": "whoever reaches the API server, without any login",
    "system:authenticated": "everybody with any login, every pod included",
    "system:masters": "administrators that no policy can stop",
    "system:serviceaccounts": "every pod of the cluster",
}


@rule(
    "k8s.rbac-no-system-groups",
    P1,
    on="k8s.binding",
    when=lambda binding: not is_builtin(binding),
    category="Security & Compliance",
    remedy="bind the role to the people or service accounts that need it",
)
def check(binding: Object, *, roles: tuple[str, ...] = ("system:public-info-viewer",)) -> Iterator[Finding]:
    """No binding is for a group that everybody is in.

    `system:unauthenticated` is the whole network, `system:authenticated` is everybody with any account of the cloud,
    `system:serviceaccounts` is every pod, and `system:masters` passes every check for ever. The option `roles` names roles
    that may be public.

    ```yaml bad
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRoleBinding
    metadata: {name: read}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
    subjects:
      - kind: Group
        name: system:authenticated  # <--
    ```
    ```yaml good
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRoleBinding
    metadata: {name: read}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
    subjects: [{kind: Group, name: team-platform}]
    ```
    """
    if binding.get("roleRef", "name") in roles:
        return
    for number, _, name in subjects(binding):
        if name in EVERYBODY:
            yield binding.finding(f"{name} is {EVERYBODY[name]}", binding.at("subjects", number, "name"))
