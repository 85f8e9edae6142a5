"""The account that everybody has opens nothing."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object


@rule(
    "k8s.no-default-token-automount",
    P2,
    on="k8s.service-account",
    when=lambda account: account.object_name == "default",
    category="Security & Compliance",
    remedy="set automountServiceAccountToken: false on the default ServiceAccount",
    aliases=("CKV_K8S_41", "datree:CIS_INVALID_VALUE_AUTOMOUNTSERVICEACCOUNTTOKEN"),
)
def check(account: Object) -> Iterator[Finding]:
    """The default service account mounts no token.

    Every pod that names no account runs under it, so its token lies in pods that never asked for one.

    ```yaml bad
    apiVersion: v1
    kind: ServiceAccount
    metadata:
      name: default  # <--
      namespace: shop
    ```
    ```yaml good
    apiVersion: v1
    kind: ServiceAccount
    metadata: {name: default, namespace: shop}
    automountServiceAccountToken: false
    ```
    """
    if account.get("automountServiceAccountToken") is not False:
        yield account.finding(
            "the default account mounts its token into every pod that names no account", account.at("automountServiceAccountToken")
        )
