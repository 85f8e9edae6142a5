"""Nobody can grant more than they have."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import items
from pytest_readiness.formats.kubernetes.rbac import grants
from pytest_readiness.formats.kubernetes.rbac import is_builtin
from pytest_readiness.formats.kubernetes.rbac import rules

GROUP = ("rbac.authorization.k8s.io",)
KINDS = ("roles", "clusterroles", "rolebindings", "clusterrolebindings")


@rule(
    "k8s.rbac-no-escalation",
    P1,
    on="k8s.role",
    when=lambda role: not is_builtin(role),
    category="Security & Compliance",
    remedy="remove bind, escalate and impersonate",
    aliases=("CKV_K8S_157", "CKV_K8S_158", "datree:CIS_INVALID_VALUE_BIND_IMPERSONATE_ESCALATE"),
    standards=("NSA/CISA Kubernetes Hardening Guide",),
    effort="2h",
)
def check(role: Object) -> Iterator[Finding]:
    """A role does not allow its holder to become somebody else.

    `escalate` writes roles with more rights than one has, `bind` hands them out, `impersonate` acts as any user: each is
    cluster-admin with one more step. All verbs on roles and bindings include them.

    ```yaml bad
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata: {name: operator}
    rules:
      - apiGroups: [rbac.authorization.k8s.io]
        resources: [clusterroles]
        verbs: [get, escalate]  # <--
      - apiGroups: [""]
        resources: [users]
        verbs: [impersonate]  # <--
    ```
    ```yaml good
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata: {name: operator}
    rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [get, list]}]
    ```
    """
    for number, entry in rules(role):
        named = [verb for verb in ("bind", "escalate", "impersonate") if verb in items(entry.get("verbs"))]
        place = role.at("rules", number, "verbs")
        if named and not items(entry.get("resourceNames")):
            yield role.finding(f"allows {' and '.join(named)}: its holder can become cluster-admin", place)
        elif grants(entry, KINDS, ("bind", "escalate"), groups=GROUP):
            yield role.finding("allows every verb on roles or bindings, bind and escalate among them", place)
