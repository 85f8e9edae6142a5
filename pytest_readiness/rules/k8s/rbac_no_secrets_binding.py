"""Who is given every secret."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.rbac import grants
from pytest_readiness.formats.kubernetes.rbac import is_builtin
from pytest_readiness.formats.kubernetes.rbac import role_of
from pytest_readiness.formats.kubernetes.rbac import rules


@rule(
    "k8s.rbac-no-secrets-binding",
    P2,
    on="k8s.binding",
    when=lambda binding, project: not is_builtin(binding) and role_of(binding, project) is not None,
    category="Security & Compliance",
    remedy="bind a role that names the secrets it needs",
    aliases=("CKV2_K8S_5", "kube-linter:access-to-secrets"),
)
def check(binding: Object, project: Project) -> Iterator[Finding]:
    """No binding gives somebody every secret.

    Whoever holds it has the passwords of every workload in the namespace, or with a ClusterRoleBinding of the cluster.

    ```yaml bad
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata: {name: watcher}
    rules: [{apiGroups: [""], resources: [secrets], verbs: [watch]}]
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRoleBinding
    metadata: {name: watcher}
    roleRef:
      apiGroup: rbac.authorization.k8s.io
      kind: ClusterRole
      name: watcher  # <--
    subjects: [{kind: ServiceAccount, name: watcher, namespace: ops}]
    ```
    ```yaml good
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata: {name: reader, namespace: shop}
    rules: [{apiGroups: [""], resources: [secrets], resourceNames: [db], verbs: [get]}]
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata: {name: reader, namespace: shop}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
    subjects: [{kind: ServiceAccount, name: web, namespace: shop}]
    ```
    """
    role = role_of(binding, project)
    if role is not None and any(grants(entry, ("secrets",), ("get", "list", "watch")) for _, entry in rules(role)):
        reach = "the cluster" if binding.type == "ClusterRoleBinding" else "the namespace"
        yield binding.finding(f"binds {role.name}, which reads every secret of {reach}", binding.at("roleRef", "name"))
