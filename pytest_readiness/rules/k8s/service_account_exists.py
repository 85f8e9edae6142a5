"""A pod without its account never starts."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.evidence import beside
from pytest_readiness.formats.kubernetes.evidence import in_its_namespace
from pytest_readiness.formats.kubernetes.evidence import unless_brought
from pytest_readiness.formats.kubernetes.objects import Pod
from pytest_readiness.formats.kubernetes.relations import account_name
from pytest_readiness.formats.kubernetes.relations import service_account_of


def is_judged(pod: Pod, project: Project) -> bool:
    """Whether accounts stand here, so that a missing one should stand here too."""
    if not beside(pod, project, "ServiceAccount") or not in_its_namespace(pod, project, "ServiceAccount"):
        return False
    return bool(account_name(pod) != "default")  # which every namespace has


@rule(
    "k8s.service-account-exists",
    P1,
    on="k8s.pod",
    when=is_judged,
    category="Kubernetes & Helm",
    remedy="create the ServiceAccount, or correct serviceAccountName",
    aliases=("kube-linter:non-existent-service-account",),
)
def check(pod: Pod, project: Project) -> Iterator[Finding]:
    """The service account of a pod exists.

    Without it the pods are refused and the Deployment stays at zero, which no command that applied it reports. Judged where
    accounts of the namespace stand in the same directory or one beside it, in the chart or overlay: accounts that are made
    elsewhere usually all are.

    ```yaml bad
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      template:
        spec:
          serviceAccountName: wep  # <--
          containers: [{name: web, image: "web:1"}]
    ---
    apiVersion: v1
    kind: ServiceAccount
    metadata: {name: web}
    ```
    ```yaml good
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {template: {spec: {serviceAccountName: web, containers: [{name: web, image: "web:1"}]}}}
    ---
    apiVersion: v1
    kind: ServiceAccount
    metadata: {name: web}
    ```
    """
    if service_account_of(pod, project) is None:
        name = account_name(pod)
        unless_brought(pod, f"ServiceAccount {name}", project)
        key = "serviceAccountName" if pod.setting("serviceAccountName") is not None else "serviceAccount"
        yield pod.finding(f"there is no ServiceAccount {name}: its pods are refused", pod.place(key))
