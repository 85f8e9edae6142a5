"""Who is given the right to run commands in other people's containers."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Unresolved
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.rbac import grants
from pytest_readiness.formats.kubernetes.rbac import is_builtin
from pytest_readiness.formats.kubernetes.rbac import role_of
from pytest_readiness.formats.kubernetes.rbac import rules

RESOURCES = ("pods/exec", "pods/attach")
STANDARD = ("cluster-admin", "admin", "edit")
HARMLESS = ("view", "extension-apiserver-authentication-reader")


@rule(
    "k8s.rbac-no-exec-binding",
    P2,
    on="k8s.binding",
    when=lambda binding: not is_builtin(binding),
    category="Security & Compliance",
    remedy="bind a role without pods/exec and pods/attach",
    aliases=(
        "polaris:clusterrolebindingPodExecAttach",
        "polaris:rolebindingClusterRolePodExecAttach",
        "polaris:rolebindingRolePodExecAttach",
    ),
)
def check(binding: Object, project: Project) -> Iterator[Finding]:
    """No binding gives somebody a standing right to run commands in pods.

    A role is only dangerous once it is bound, and the standard roles `admin` and `edit` include the right as well, which
    nobody reads in a manifest.

    ```yaml bad
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata: {name: dev, namespace: shop}
    roleRef:
      apiGroup: rbac.authorization.k8s.io
      kind: ClusterRole
      name: edit  # <-- includes pods/exec
    subjects: [{kind: Group, name: dev}]
    ```
    ```yaml good
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata: {name: dev, namespace: shop}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
    subjects: [{kind: Group, name: dev}]
    ```
    """
    role, name = role_of(binding, project), binding.get("roleRef", "name")
    if name is not None and name in STANDARD:
        yield binding.finding(f"binds {name}, which includes running commands in pods", binding.at("roleRef", "name"))
    elif role is not None and any(grants(entry, RESOURCES, ("get", "create")) for _, entry in rules(role)):
        yield binding.finding(f"binds {role.name}, which allows to run commands in pods", binding.at("roleRef", "name"))
    elif role is None and name is not None and name not in HARMLESS and not str(name).startswith("system:"):
        raise Unresolved(f"the role {name} is not in this project, so what it allows is not known")
