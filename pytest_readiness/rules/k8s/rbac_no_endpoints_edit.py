"""Traffic goes where its Service says."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.rbac import grants
from pytest_readiness.formats.kubernetes.rbac import rules

VERBS = ("create", "patch", "update")


def is_for_people(role: Object) -> bool:
    """Whether the role is one that people get: those of the cluster for editing, and what is added to them."""
    return role.object_name == "system:aggregate-to-edit" or any(
        f"rbac.authorization.k8s.io/aggregate-to-{kind}" in role.labels for kind in ("edit", "admin")
    )


@rule(
    "k8s.rbac-no-endpoints-edit",
    P2,
    on="k8s.role",
    when=is_for_people,
    category="Security & Compliance",
    remedy="remove create, patch and update on endpoints and endpointslices",
)
def check(role: Object) -> Iterator[Finding]:
    """A role that people edit with does not write endpoints.

    Who writes Endpoints or EndpointSlices sends the traffic of an Ingress or load balancer into other namespaces, past
    every network policy (CVE-2021-25740). Judged are the roles that are aggregated into `edit` and `admin`.

    ```yaml bad
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata: {name: shop-edit, labels: {rbac.authorization.k8s.io/aggregate-to-edit: "true"}}
    rules:
      - apiGroups: [""]
        resources: [endpoints]  # <--
        verbs: [get, update]
    ```
    ```yaml good
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata: {name: shop-edit, labels: {rbac.authorization.k8s.io/aggregate-to-edit: "true"}}
    rules: [{apiGroups: [""], resources: [endpoints], verbs: [get, list]}]
    ```
    """
    for number, entry in rules(role):
        if grants(entry, ("endpoints",), VERBS) or grants(entry, ("endpointslices",), VERBS, groups=("discovery.k8s.io",)):
            yield role.finding("writes endpoints: traffic can be sent into other namespaces", role.at("rules", number, "resources"))
