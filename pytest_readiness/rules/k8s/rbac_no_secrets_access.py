"""Who may read every secret."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.rbac import grants
from pytest_readiness.formats.kubernetes.rbac import is_builtin
from pytest_readiness.formats.kubernetes.rbac import rules


@rule(
    "k8s.rbac-no-secrets-access",
    P2,
    on="k8s.role",
    when=lambda role: not is_builtin(role),
    category="Security & Compliance",
    remedy="name the secrets it needs in resourceNames, with get only",
    aliases=("datree:CIS_INVALID_VERB_SECRETS",),
    standards=("NSA/CISA Kubernetes Hardening Guide",),
)
def check(role: Object) -> Iterator[Finding]:
    """A role does not read every secret in its reach.

    `list` and `watch` return the values as well as the names, so a controller that only wants to know whether a secret
    exists can read them all.

    ```yaml bad
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata: {name: watcher}
    rules:
      - apiGroups: [""]
        resources: [configmaps, secrets]  # <--
        verbs: [list]
    ```
    ```yaml good
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata: {name: watcher, namespace: shop}
    rules: [{apiGroups: [""], resources: [secrets], resourceNames: [db], verbs: [get]}]
    ```
    """
    for number, entry in rules(role):
        if grants(entry, ("secrets",), ("get", "list", "watch")):
            yield role.finding("allows to read every secret in its reach", role.at("rules", number, "resources"))
