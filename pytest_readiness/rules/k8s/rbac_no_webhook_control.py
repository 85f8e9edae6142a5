"""Who may sit between the API server and everything it admits."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.rbac import grants
from pytest_readiness.formats.kubernetes.rbac import is_builtin
from pytest_readiness.formats.kubernetes.rbac import rules

WEBHOOKS = ("mutatingwebhookconfigurations", "validatingwebhookconfigurations")
WRITE = ("create", "update", "patch")


@rule(
    "k8s.rbac-no-webhook-control",
    P2,
    on="k8s.role",
    when=lambda role: role.type == "ClusterRole" and not is_builtin(role),
    category="Security & Compliance",
    remedy="remove create, update and patch on webhook configurations, or name the one it owns in resourceNames",
    aliases=("CKV_K8S_155",),
)
def check(role: Object) -> Iterator[Finding]:
    """A role cannot install admission webhooks.

    A webhook reads every object that is created, secrets included, and changes what runs, so whoever may register one
    owns the cluster quietly.

    ```yaml bad
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata: {name: operator}
    rules:
      - apiGroups: [admissionregistration.k8s.io]
        resources: [mutatingwebhookconfigurations]
        verbs: [get, create]  # <--
    ```
    ```yaml good
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata: {name: operator}
    rules:
      - apiGroups: [admissionregistration.k8s.io]
        resources: [mutatingwebhookconfigurations]
        resourceNames: [operator]
        verbs: [update]
    ```
    """
    for number, entry in rules(role):
        if grants(entry, WEBHOOKS, WRITE, groups=("admissionregistration.k8s.io",)):
            place = role.at("rules", number, "verbs")
            yield role.finding("allows to register admission webhooks, which see and change every object", place)
