"""OpenShift lets nobody be the node."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object


@rule(
    "k8s.scc-no-privileged",
    P1,
    on="k8s.object",
    when=lambda thing: thing.is_a("security.openshift.io/SecurityContextConstraints"),
    category="Security & Compliance",
    remedy="set allowPrivilegedContainer: false",
    aliases=("kube-linter:scc-deny-privileged-container",),
)
def check(thing: Object) -> Iterator[Finding]:
    """SecurityContextConstraints allow no privileged containers.

    Who may use them starts a container that is the node, with all its secrets.

    ```yaml bad
    apiVersion: security.openshift.io/v1
    kind: SecurityContextConstraints
    metadata: {name: builders}
    allowPrivilegedContainer: true  # <--
    ```
    ```yaml good
    apiVersion: security.openshift.io/v1
    kind: SecurityContextConstraints
    metadata: {name: builders}
    allowPrivilegedContainer: false
    ```
    """
    if thing.get("allowPrivilegedContainer") is True:
        yield thing.finding("allows privileged containers, which are the node", thing.at("allowPrivilegedContainer"))
