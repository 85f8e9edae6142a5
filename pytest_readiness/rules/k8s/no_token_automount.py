"""Credentials only for those who use them."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod
from pytest_readiness.formats.kubernetes.rbac import is_bound
from pytest_readiness.formats.kubernetes.relations import service_account_of


def needs_no_token(pod: Pod, project: Project) -> bool:
    account = pod.setting("serviceAccountName")
    return account is None or not is_bound(account, pod.owner, project)


@rule(
    "k8s.no-token-automount",
    P2,
    on="k8s.pod",
    when=needs_no_token,
    category="Security & Compliance",
    remedy="set automountServiceAccountToken: false in the pod or its ServiceAccount",
    aliases=("CKV_K8S_38", "polaris:automountServiceAccountToken", "gatekeeper:general/automount-serviceaccount-token"),
)
def check(pod: Pod, project: Project) -> Iterator[Finding]:
    """A pod that does not use the Kubernetes API gets no token for it.

    The token is mounted unless somebody says no, and it is the first thing an intruder looks for. Not asked where the
    manifests bind the pod's service account to a role: then it needs the token.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata:
      name: web  # <-- mounted by default
    spec:
      containers: [{name: web, image: "web:1"}]
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      serviceAccountName: web
      containers: [{name: web, image: "web:1"}]
    ---
    apiVersion: v1
    kind: ServiceAccount
    metadata: {name: web}
    automountServiceAccountToken: false
    ```
    """
    own = pod.setting("automountServiceAccountToken")
    account = service_account_of(pod, project)
    if own is None and account is not None and account.get("automountServiceAccountToken") is False:
        return
    if own is None:
        yield pod.finding("automountServiceAccountToken is not false: an intruder finds a token for the Kubernetes API")
    elif own is not False:
        place = pod.place("automountServiceAccountToken")
        yield pod.finding("automountServiceAccountToken is on, but nothing here grants the account anything", place)
