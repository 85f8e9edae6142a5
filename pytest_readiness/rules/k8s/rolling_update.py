"""Old pods serve until new ones do."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Workload

STRATEGY = {"apps/Deployment": "strategy", "apps/StatefulSet": "updateStrategy", "apps/DaemonSet": "updateStrategy"}


@rule(
    "k8s.rolling-update",
    P2,
    on="k8s.workload",
    when=lambda workload: workload.id in STRATEGY,
    category="Deployment automation",
    remedy="use RollingUpdate with maxUnavailable below the number of replicas",
    aliases=("kube-linter:no-rolling-update-strategy",),
)
def check(workload: Workload) -> Iterator[Finding]:
    """A workload is updated without taking all of it away.

    `Recreate` stops every pod before it starts one, `OnDelete` waits for a person, and a `maxUnavailable` of everything is
    the same by another name. A single writer on one volume may need Recreate: record it as known.

    ```yaml bad
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      strategy:
        type: Recreate  # <--
      template: {spec: {containers: [{name: web, image: "web:1"}]}}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: api}
    spec:
      strategy:
        rollingUpdate:
          maxUnavailable: 100%  # <--
      template: {spec: {containers: [{name: api, image: "api:1"}]}}
    ```
    ```yaml good
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 2
      template: {spec: {containers: [{name: web, image: "web:1"}]}}
    ```
    """
    key = STRATEGY[workload.id]
    type = workload.get("spec", key, "type")
    if type is not None and type != "RollingUpdate":
        yield workload.finding(f"the strategy {type} takes it away while it is updated", workload.at("spec", key, "type"))
        return
    unavailable = workload.get("spec", key, "rollingUpdate", "maxUnavailable")
    surge = workload.get("spec", key, "rollingUpdate", "maxSurge")
    replicas = 1 if workload.replicas is None else workload.replicas
    if unavailable is None or (workload.is_a("apps/DaemonSet") and unavailable != "100%"):
        return
    if unavailable == "100%" or (isinstance(unavailable, int) and 0 < replicas <= unavailable and surge in (0, "0%", None)):
        place = workload.at("spec", key, "rollingUpdate", "maxUnavailable")
        yield workload.finding(f"maxUnavailable {unavailable} lets every pod go away at once", place)
