"""Rights are named one by one."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import items
from pytest_readiness.formats.kubernetes.rbac import is_builtin
from pytest_readiness.formats.kubernetes.rbac import rules


@rule(
    "k8s.rbac-no-wildcard",
    P1,
    on="k8s.role",
    when=lambda role: role.get("aggregationRule") is None and not is_builtin(role),
    category="Security & Compliance",
    remedy="list the verbs and resources that are used",
    aliases=("CKV_K8S_49", "kube-linter:wildcard-in-rules", "datree:CIS_INVALID_WILDCARD_ROLE"),
    effort="2h",
)
def check(role: Object) -> Iterator[Finding]:
    """A role names its verbs and resources instead of using wildcards.

    A wildcard also grants what is added later: new resources of a CRD, new verbs such as `escalate`. Roles that the cluster
    fills in (`aggregationRule`) and its own (`system:`) are not judged.

    ```yaml bad
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata: {name: deployer, namespace: shop}
    rules:
      - apiGroups: [apps]
        resources: ["*"]  # <--
        verbs: [get, list]
    ```
    ```yaml good
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata: {name: deployer, namespace: shop}
    rules: [{apiGroups: [apps], resources: [deployments], verbs: [get, patch]}]
    ```
    """
    for number, entry in rules(role):
        wild = [key for key in ("verbs", "resources", "nonResourceURLs") if "*" in items(entry.get(key))]
        for key in wild:
            yield role.finding(f"the {key} of a rule are *, which also grants what is added later", role.at("rules", number, key))
        if not wild and "*" in items(entry.get("apiGroups")):
            yield role.advice(
                "the apiGroups of a rule are *, so it also means resources of that name elsewhere", role.at("rules", number, "apiGroups")
            )
