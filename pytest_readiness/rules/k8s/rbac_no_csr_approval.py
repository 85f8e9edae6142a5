"""Who may sign certificates for the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.rbac import grants
from pytest_readiness.formats.kubernetes.rbac import is_builtin
from pytest_readiness.formats.kubernetes.rbac import rules

GROUP = ("certificates.k8s.io",)


@rule(
    "k8s.rbac-no-csr-approval",
    P2,
    on="k8s.role",
    when=lambda role: role.type == "ClusterRole" and not is_builtin(role),
    category="Security & Compliance",
    remedy="limit approve to one signer by resourceNames",
    aliases=("CKV_K8S_156",),
)
def check(role: Object) -> Iterator[Finding]:
    """A role cannot approve certificate requests of every signer.

    Who can approve and update requests can have a client certificate signed for any name, `system:masters` included, and
    certificates cannot be revoked.

    ```yaml bad
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata: {name: approver}
    rules:
      - {apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update]}
      - apiGroups: [certificates.k8s.io]
        resources: [signers]
        verbs: [approve]  # <-- any signer
    ```
    ```yaml good
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata: {name: approver}
    rules:
      - {apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update]}
      - {apiGroups: [certificates.k8s.io], resources: [signers], resourceNames: [example.com/own], verbs: [approve]}
    ```
    """
    updates = any(grants(e, ("certificatesigningrequests/approval",), ("update", "patch"), groups=GROUP) for _, e in rules(role))
    for number, entry in rules(role):
        if updates and grants(entry, ("signers",), ("approve",), groups=GROUP):
            place = role.at("rules", number, "verbs")
            yield role.finding("allows to approve certificate requests of every signer, for any user name", place)
