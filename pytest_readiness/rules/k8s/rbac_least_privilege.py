"""Nobody is made administrator in passing."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.rbac import ANONYMOUS
from pytest_readiness.formats.kubernetes.rbac import grants_everything
from pytest_readiness.formats.kubernetes.rbac import is_builtin
from pytest_readiness.formats.kubernetes.rbac import role_of
from pytest_readiness.formats.kubernetes.rbac import rules
from pytest_readiness.formats.kubernetes.rbac import subjects


@rule(
    "k8s.rbac-least-privilege",
    P1,
    on="k8s.binding",
    when=lambda binding: not is_builtin(binding),
    category="Security & Compliance",
    remedy="bind a role that holds only what is used, to an account of its own",
    aliases=(
        "CKV_K8S_42",
        "kube-linter:cluster-admin-role-binding",
        "polaris:clusterrolebindingClusterAdmin",
        "polaris:rolebindingClusterAdminClusterRole",
        "polaris:rolebindingClusterAdminRole",
        "datree:CIS_INVALID_ROLE_CLUSTER_ADMIN",
        "datree:CIS_INVALID_VALUE_SYSTEM_MASTERS",
    ),
    effort="2h",
)
def check(binding: Object, project: Project) -> Iterator[Finding]:
    """No binding hands out the whole cluster or reaches everybody.

    `cluster-admin`, or a role made of wildcards only, turns one stolen token into the loss of the cluster. Rights of
    `system:authenticated` and of default service accounts belong to everybody and every pod.

    ```yaml bad
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRoleBinding
    metadata: {name: ci}
    roleRef:
      apiGroup: rbac.authorization.k8s.io
      kind: ClusterRole
      name: cluster-admin  # <--
    subjects: [{kind: ServiceAccount, name: ci, namespace: ci}]
    ```
    ```yaml good
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata: {name: ci, namespace: shop}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: deployer}
    subjects: [{kind: ServiceAccount, name: ci, namespace: ci}]
    ```
    """
    name, role, place = binding.get("roleRef", "name"), role_of(binding, project), binding.at("roleRef", "name")
    if name is not None and name == "cluster-admin":
        yield binding.finding("binds cluster-admin: one stolen token is the whole cluster", place)
    elif role is not None and any(grants_everything(entry) for _, entry in rules(role)):
        yield binding.finding(f"binds {role.name}, which allows everything on everything", place)
    elif name is not None and name == "admin" and binding.type == "ClusterRoleBinding":
        yield binding.advice("binds admin in every namespace at once", place)
    for number, kind, subject in subjects(binding):
        where = binding.at("subjects", number, "name")
        if subject == "system:masters":
            yield binding.finding("system:masters bypasses every authorisation check and cannot be revoked", where)
        elif subject in ANONYMOUS:
            yield binding.finding(f"{subject} is everybody who reaches the API server", where)
        elif kind == "ServiceAccount" and subject == "default":
            yield binding.finding("the default account: every pod that names no account gets these rights", where)
